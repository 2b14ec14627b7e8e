"""Writing an index. Calls block, and are for one thread at a time."""

import asyncio
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from tantivy import Document, Index, IndexWriter, Query, Searcher

from origin.companion.search.bookmark import Bookmark
from origin.companion.search.entries import Entry
from origin.companion.search.errors import IndexBusy
from origin.companion.search.index import open_index, translated
from origin.companion.search.schema import BOOKMARK, document

HEAP_BYTES: Final = 30_000_000
GIVES_WAY: Final = 10
"""By so much (``nice``) what merges the index gives way to whoever answers."""
_P = ParamSpec("_P")
_R = TypeVar("_R")


class Writer:
    """The one writer of an index.

    Raises IndexBusy where there is another one, IndexMissing where no index can be read.
    """

    def __init__(self, path: Path, *, make: bool = False) -> None:
        self.path = path
        self._index: Index = open_index(path, make=make)
        try:
            self._writer: IndexWriter = _giving_way(lambda: self._index.writer(HEAP_BYTES, 1))
        except ValueError as error:  # a full disk, or LockBusy: another process writes it
            raise IndexBusy(f"The index cannot be written: {error}") from error

    def bookmark(self) -> Bookmark | None:
        """Return how far it has come, None where that is not known."""
        searcher = self._searcher()
        question = Query.term_query(self._index.schema, "key", BOOKMARK, "basic")
        found: Any = searcher.search(question, 1).hits
        try:
            return Bookmark.read(searcher.doc(found[0][1]).get_first(BOOKMARK) or "")
        except (IndexError, ValueError):
            return None

    def put(self, entries: Iterable[Entry]) -> None:
        """Put entries in, in place of what they were."""
        for entry in entries:
            self.remove(entry.key)
            self._writer.add_document(document(entry))

    def add(self, entries: Iterable[Entry]) -> None:
        """Put entries in that are not there."""
        for entry in entries:
            self._writer.add_document(document(entry))

    def remove(self, key: str) -> None:
        """Take out what has a key, if there is something."""
        self._writer.delete_documents_by_term("key", key)

    def remove_artist(self, artist_id: str) -> None:
        """Take out an artist and all they made."""
        self._writer.delete_documents_by_term("artist_id", artist_id)

    def commit(self, bookmark: Bookmark) -> None:
        """Let all of it be found, and be there after a crash."""
        self.remove(BOOKMARK)
        mark = Document()
        mark.add_text("key", BOOKMARK)
        mark.add_text(BOOKMARK, bookmark.write())
        self._writer.add_document(mark)
        self._writer.commit()

    def popularities(self, keys: list[str]) -> dict[str, int]:
        """Return how popular the index thinks that those are which it has."""
        searcher = self._searcher()
        question = Query.term_set_query(self._index.schema, "key", keys)
        addresses = [address for _, address in searcher.search(question, max(len(keys), 1)).hits]
        values = searcher.fast_field_values("popularity", addresses)
        return {
            searcher.doc(address).get_first("key") or "": int(value or 0)
            for address, value in zip(addresses, values, strict=True)
        }

    def finish(self) -> None:
        """Wait until no file is written any more; nothing but ``close`` may follow."""
        self._writer.wait_merging_threads()

    def close(self) -> None:
        """Let others write, and give up what is being merged; nothing more can be written."""
        del self._writer

    def _searcher(self) -> Searcher:
        self._index.reload()
        return self._index.searcher()


class Aside:
    """One thread for what blocks, in which one thing is done after the other."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, "search-writer")

    async def __call__(self, work: Callable[_P, _R], *arguments: _P.args, **named: _P.kwargs) -> _R:
        """Do it there; raises IndexMissing where the engine panics, which is no ``Exception``."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, partial(_guarded, work, arguments, named))

    def close(self) -> None:
        """Wait for what is being done."""
        self._pool.shutdown(cancel_futures=True)


def _giving_way(begin: Callable[[], _R]) -> _R:
    """Return what is begun by a thread of low priority, which the threads begun there have, too.

    Those of the engine merge, for milliseconds of a core that answers. No thread that runs Python
    is to have one: it would keep the interpreter from others while it waits for its turn.
    """
    with ThreadPoolExecutor(1, initializer=_give_way) as thread:
        return thread.submit(begin).result()


def _give_way() -> None:
    if sys.platform == "linux":  # where each thread has its own
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), GIVES_WAY)


def _guarded(
    work: Callable[..., _R], arguments: tuple[object, ...], named: Mapping[str, object]
) -> _R:
    try:
        return work(*arguments, **named)
    except Exception:
        raise
    except BaseException as error:
        raise translated(error) from error
