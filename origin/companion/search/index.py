"""The index, read by every process of a machine, and written by one.

The engine blocks, and lets others run meanwhile: it is called in a few threads, each call with a
deadline, and no more calls at a time than can be answered in theirs.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import structlog
from tantivy import Index, Searcher

from origin.companion.search.errors import IndexMissing, SearchBusy
from origin.companion.search.folders import Folders
from origin.companion.search.patience import in_time
from origin.companion.search.questions import Questions
from origin.companion.search.schema import make_schema, teach

THREADS: Final = 4
CALLS_MAX: Final = 64
SUSPECT: Final = "suspect"
"""A file in an index that could not be read: whoever feeds it looks at it."""

_log = structlog.get_logger("soundbridge.search")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Opened:
    path: Path
    index: Index
    commit: tuple[int, int, int]


def open_index(path: Path, *, make: bool = False) -> Index:
    """Open the index in a folder, or begin one there; raises IndexMissing."""
    try:
        index = Index(make_schema(), str(path)) if make else Index.open(str(path))
        index.config_reader("manual")
        teach(index)
    except BaseException as error:
        raise translated(error) from error
    return index


class Reader:
    """Reads the newest index there is; ``refresh`` is to be called often."""

    def __init__(self, folders: Folders) -> None:
        self._folders = folders
        self._pool = ThreadPoolExecutor(THREADS, "search")
        self._questions = Questions(make_schema())
        self._opened: _Opened | None = None
        self._calls = 0

    @property
    def is_open(self) -> bool:
        """Whether there is an index to read now."""
        return self._opened is not None

    async def refresh(self) -> None:
        """Read what was committed, or published, since.

        Raises OSError where nobody can look: then what was read is read on.
        """
        loop = asyncio.get_running_loop()
        self._opened = await loop.run_in_executor(self._pool, self._newest, self._opened)

    async def ask(self, work: Callable[[Searcher, Questions], _T], within_s: float) -> _T:
        """Let work be done by a thread, in so many seconds; raises IndexMissing or SearchBusy."""
        opened = self._opened
        if opened is None:
            raise IndexMissing
        if self._calls >= CALLS_MAX:
            raise SearchBusy
        loop = asyncio.get_running_loop()
        self._calls += 1
        future = loop.run_in_executor(self._pool, self._work, opened, work)
        future.add_done_callback(self._done)
        async with in_time(within_s):
            return await asyncio.shield(future)

    def close(self) -> None:
        """Wait for the threads."""
        self._pool.shutdown(cancel_futures=True)

    def _done(self, future: asyncio.Future[_T]) -> None:
        self._calls -= 1
        if not future.cancelled():
            future.exception()  # nobody may be there any more to be told

    def _work(self, opened: _Opened, work: Callable[[Searcher, Questions], _T]) -> _T:
        try:
            return work(opened.index.searcher(), self._questions)
        except BaseException as error:
            _log.exception("the index cannot be read", folder=str(opened.path))
            suspect(opened.path)
            raise translated(error) from error

    def _newest(self, opened: _Opened | None) -> _Opened | None:
        path = self._folders.ready()
        if path is None:
            return None
        try:
            commit = _commit_of(path)
            if opened is None or opened.path != path or opened.commit[0] != commit[0]:
                return _Opened(path, open_index(path), commit)
            if opened.commit != commit:
                _reload(opened.index)
                return _Opened(path, opened.index, commit)
        except FileNotFoundError:
            return None  # it was there a moment ago: the next look finds the next one
        except IndexMissing as error:
            suspect(path)
            _log.warning("the index cannot be opened", folder=str(path), reason=str(error))
            return None
        return opened


def suspect(path: Path) -> None:
    """Ask whoever feeds an index to look whether it is damaged."""
    try:
        (path / SUSPECT).touch()
    except OSError:
        return


def _reload(index: Index) -> None:
    try:
        index.reload()
    except BaseException as error:
        raise translated(error) from error


def _commit_of(path: Path) -> tuple[int, int, int]:
    """Return which folder it is, which file, and of when."""
    status = (path / "meta.json").stat()
    return path.stat().st_ino, status.st_ino, status.st_mtime_ns


def translated(error: BaseException) -> IndexMissing:
    """Return what a failure of the engine is here; its panics are no ``Exception``s."""
    if isinstance(error, Exception) or type(error).__name__ == "PanicException":
        return IndexMissing(f"The index cannot be read: {error}")
    raise error
