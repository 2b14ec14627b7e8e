"""Where indexes lie in the state folder, and which of them is read.

An index has the schema's number in its name, so that versions of the program that differ, and serve
side by side while one replaces the other, have one each. ``v1.building`` is not read yet; renaming
it to ``v1.000001`` publishes it, and the highest number is the one to read.

What was removed from an index stays in its files until the engine merges them, which may be never.
So an index that had an artist who is gone is made anew, within a day.
"""

import json
import re
import shutil
import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import Final

_PARTS: Final = ("idx", "pos", "term", "store", "fast", "fieldnorm")
_FOOTER: Final = struct.Struct("<II")
_FOOTER_MAGIC: Final = 1337
_FOOTER_LENGTH_MAX: Final = 10_000
_CHUNK_BYTES: Final = 1 << 20
_REBUILD: Final = "rebuild"
_REBUILD_LATER: Final = "rebuild.later"
LATER_S: Final = 86_400.0
_NAME: Final = re.compile(r"v(\d+)\.(building|\d+)")


class Folders:
    """The indexes of one schema in a folder."""

    def __init__(self, root: Path, schema: int) -> None:
        self.root = root
        self.schema = schema
        self.building = root / f"v{schema}.building"
        self.suggestions = root / f"v{schema}.suggestions"
        self._mark = root / _REBUILD
        self._later = root / _REBUILD_LATER

    def ready(self) -> Path | None:
        """Return the one to read, None while there is none."""
        numbers = self._numbers()
        return self._numbered(max(numbers)) if numbers else None

    def publish(self) -> Path:
        """Let what was built be read; nobody may have it open for writing."""
        path = self._numbered(max(self._numbers(), default=0) + 1)
        self.building.rename(path)
        return path

    def discard_others(self, kept: Path) -> None:
        """Remove what is not read any more, and indexes that no running version feeds."""
        for path in self._folders():
            match = _NAME.fullmatch(path.name)
            if match is None or path == kept:
                continue
            schema = int(match[1])
            if schema == self.schema:
                if path != self.building:
                    discard(path)
                continue
            with feeding(self.root, schema) as is_free:
                if is_free:
                    discard(path)

    def ask_for_rebuild(self) -> None:
        """Let whoever feeds the index make it anew; what there is is read until then."""
        self.root.mkdir(parents=True, exist_ok=True)
        self._mark.touch()

    def ask_for_rebuild_later(self) -> None:
        """Let it be made anew within ``LATER_S`` of the first time that this is asked for."""
        if not self._later.exists():
            self._later.touch()

    def rebuild_asked(self) -> int | None:
        """Return a mark of what was asked for and is due, None where nothing is.

        What was begun for an earlier asking is removed, since it may hold what is gone.
        """
        with suppress(FileNotFoundError):
            if time.time() - self._later.stat().st_mtime >= LATER_S:
                self._later.replace(self._mark)
        try:
            asked_ns = self._mark.stat().st_mtime_ns
        except FileNotFoundError:
            return None
        discard(self.building)
        return asked_ns

    def rebuilt(self, asked_ns: int) -> None:
        """Take back what was asked for, unless it was asked again meanwhile."""
        with suppress(FileNotFoundError):
            if self._mark.stat().st_mtime_ns == asked_ns:
                self._mark.unlink()

    def _numbered(self, number: int) -> Path:
        return self.root / f"v{self.schema}.{number:06}"

    def _numbers(self) -> list[int]:
        matches = (_NAME.fullmatch(path.name) for path in self._folders())
        return [
            int(match[2])
            for match in matches
            if match and int(match[1]) == self.schema and match[2].isdecimal()
        ]

    def _folders(self) -> list[Path]:
        try:
            return [path for path in self.root.iterdir() if path.is_dir()]
        except FileNotFoundError:
            return []


@contextmanager
def feeding(root: Path, schema: int) -> Iterator[bool]:
    """Tell the block whether it is the one that may write, among all processes of the machine."""
    with (root / f"v{schema}.lock").open("w") as lock:
        try:
            flock(lock, LOCK_EX | LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def discard(path: Path) -> None:
    """Remove an index; who reads it still has its files."""
    gone = path.with_name(f"discarded.{path.name}")
    shutil.rmtree(gone, ignore_errors=True)
    if path.exists():
        path.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)


def is_intact(path: Path) -> bool:
    """Tell whether an index is as it was written: each file ends with its own checksum."""
    try:
        meta = json.loads((path / "meta.json").read_bytes())
        return all(_is_intact(path / name) for name in _names(meta))
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return False


def _names(meta: dict[str, list[dict[str, object]]]) -> Iterator[str]:
    for segment in meta["segments"]:
        name = str(segment["segment_id"]).replace("-", "")
        yield from (f"{name}.{part}" for part in _PARTS)
        if isinstance(deletes := segment["deletes"], dict):
            yield f"{name}.{deletes['opstamp']}.del"


def _is_intact(path: Path) -> bool:
    size_bytes = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(size_bytes - _FOOTER.size, 0))
        length, magic = _FOOTER.unpack(file.read(_FOOTER.size))
        content_bytes = size_bytes - _FOOTER.size - length
        if magic != _FOOTER_MAGIC or length > _FOOTER_LENGTH_MAX or content_bytes < 0:
            return False
        file.seek(content_bytes)
        told = json.loads(file.read(length))["crc"]
        file.seek(0)
        crc, left = 0, content_bytes
        while left:
            part = file.read(min(left, _CHUNK_BYTES))
            if not part:
                return False
            crc, left = zlib.crc32(part, crc), left - len(part)
    return bool(crc == told)
