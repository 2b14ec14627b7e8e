"""What is suggested while somebody types: lists made before, for each beginning of 1-8 characters.

The lists are a file of SQLite beside the indexes, made anew from time to time and renamed into
place. It has the names that are played most, by their rank; what is newer or rarer is found in the
index, which is quick where few things begin like that.
"""

import sqlite3
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from origin.companion.search.joining import joined_words
from origin.companion.search.words import words_of

PREFIX_LENGTH_MAX: Final = 8
LISTED: Final = 20
"""In each list at most: ten, and some in case that they are gone or called the same."""

_COUNTED_LENGTH: Final = 4
"""Of longer beginnings there are too many to be counted, and few names have each."""


def beginnings(name: str) -> Iterator[str]:
    """Yield the beginnings that a name is suggested for: of itself, and of each word in it.

    They may come twice, for a word that is met again without its signs.
    """
    words = [word.text for word in words_of(name) if not word.is_tail]
    parts = [words[number : number + PREFIX_LENGTH_MAX] for number in range(len(words))]
    for part in (*parts, *([word.text] for word in joined_words(name))):
        text = " ".join(part)[:PREFIX_LENGTH_MAX]
        yield from (text[:length] for length in range(1, len(text) + 1) if text[length - 1] != " ")


class Lists:
    """Lists that are being made; not to be read before they are published."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made = path.with_name(f"{path.name}.new")
        self._made.unlink(missing_ok=True)
        self._rows = sqlite3.connect(self._made, check_same_thread=False)
        self._rows.execute("PRAGMA journal_mode=OFF")
        self._rows.execute("PRAGMA synchronous=OFF")
        self._rows.execute(
            "CREATE TABLE lists (prefix TEXT, rank INTEGER, PRIMARY KEY (prefix, rank))"
            " WITHOUT ROWID"
        )
        self._rows.execute("CREATE TABLE ranks (rank INTEGER PRIMARY KEY, key TEXT)")
        self._listed: Counter[str] = Counter()
        self._rank = 0

    def add(self, names: Iterable[tuple[str, str]]) -> None:
        """Add keys and names, those that are played most first."""
        self._rows.executemany("INSERT INTO lists VALUES (?, ?)", self._some(names))

    def _some(self, names: Iterable[tuple[str, str]]) -> Iterator[tuple[str, int]]:
        for key, name in names:
            self._rank += 1
            self._rows.execute("INSERT INTO ranks VALUES (?, ?)", (self._rank, key))
            for prefix in set(beginnings(name)):
                if len(prefix) <= _COUNTED_LENGTH:
                    if self._listed[prefix] >= LISTED:
                        continue
                    self._listed[prefix] += 1
                yield prefix, self._rank

    def publish(self) -> None:
        """Let them be read."""
        self._rows.commit()
        self._rows.close()
        self._made.rename(self._path)

    def close(self) -> None:
        """Forget them, if they were not published."""
        self._rows.close()
        self._made.unlink(missing_ok=True)


class Suggestions:
    """Reads the lists; safe to be called by several threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._rows: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None

    def refresh(self) -> None:
        """Read what was published since."""
        try:
            status = self._path.stat()
        except OSError:
            return
        file = (status.st_ino, status.st_mtime_ns)
        if file == self._file:
            return
        with suppress(sqlite3.Error):
            rows = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro&immutable=1",
                uri=True,
                check_same_thread=False,
            )
            with self._lock:
                self._close()
                self._rows, self._file = rows, file

    def of(self, prefix: str) -> list[str]:
        """Return the keys for a folded beginning, most played first; none where it is too long."""
        asked = (
            "SELECT key FROM lists JOIN ranks USING (rank) WHERE prefix = ? ORDER BY rank LIMIT ?"
        )
        with self._lock:
            if self._rows is None or not 0 < len(prefix) <= PREFIX_LENGTH_MAX:
                return []
            try:
                with closing(self._rows.execute(asked, (prefix, LISTED))) as found:
                    return [key for (key,) in found]
            except sqlite3.Error:  # damaged: the index has them, too
                return []

    def close(self) -> None:
        """Read nothing more."""
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._rows is not None:
            self._rows.close()
            self._rows = None
