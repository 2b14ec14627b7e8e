"""A source as a local file: where it lies, or a bounded copy of what a URL holds.

Where parts of an object can be asked for, its copy is read while it still arrives.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from packager.errors import PackagingError, SourceChanged, SourceNotFound, StoreFailed
from packager.limits import Limits
from packager.source.arrival import ArrivingFile, NoLocks
from packager.source.file import check_readable, check_size, check_size_bytes
from packager.source.remote import FETCH_ERRORS, URL, RemoteSource
from packager.source.text import clean

if TYPE_CHECKING:
    from typing import Self

    from obstore import ObjectMeta  # exists for type checkers alone

_LONGEST_NAME: Final = 1_000


def always_wanted() -> None:
    """Let a transfer go on to its end."""


class _State(NamedTuple):
    """What changes when a file is written to, or replaced by another."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int


class LocalFile:
    """A file that somebody may be writing to, or replace; as it was when this was made.

    Raises SourceNotFound, SourceTooLarge or UnsupportedSource.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        check_readable(path)
        self.path = path
        self._before = _state_of(path)
        check_size(path, limits)

    @property
    def size_bytes(self) -> int:
        """How large it is, once all of it is there."""
        return self._before.size_bytes

    def is_arriving(self) -> bool:
        """Tell whether who reads it may have to wait for what is read."""
        return False

    def on_loss(self, end: Callable[[], object]) -> None:
        """Call ``end`` from any thread where the rest of it will never arrive."""

    def hurry(self) -> None:
        """Let the rest of it arrive as fast as it can."""

    def close(self) -> None:
        """Let nothing arrive any more."""

    def check(self) -> None:
        """Raise SourceChanged or SourceNotFound where it is not as it was."""
        if _state_of(self.path) != self._before:
            raise SourceChanged(
                "This file was changed while it was being packaged. "
                "Wait until it is written, then package it again."
            )

    @contextmanager
    def blamed(self) -> Iterator[None]:
        """Let what ``check`` raises take the place of what the block finds wrong with it."""
        try:
            yield
        except StoreFailed:
            raise
        except PackagingError as error:
            try:
                self.check()
            except Exception as cause:
                raise cause from error
            raise self._blame(error) from error.__cause__

    def _blame(self, error: PackagingError) -> PackagingError:
        """Return what an error means where this is as it was."""
        return error


class _ArrivingCopy(LocalFile):
    """A copy of what a URL holds, filled while it is read. Nobody else writes to it.

    ``file`` is closed when it is.
    """

    def __init__(
        self,
        remote: RemoteSource,
        path: Path,
        limits: Limits,
        *,
        file: ArrivingFile,
        meta: "ObjectMeta",
        check_wanted: Callable[[], None],
    ) -> None:
        from packager.source.transfer import Transfer  # noqa: PLC0415 needs an event loop

        super().__init__(path, limits)
        self._remote = remote
        self._transfer = Transfer(remote.patient_store, remote.key, meta, file, check_wanted)

    @classmethod
    def begun(
        cls,
        remote: RemoteSource,
        path: Path,
        limits: Limits,
        check_wanted: Callable[[], None],
    ) -> "Self | None":
        """Return a copy that has begun; None where the server sends no parts. Raises NoLocks."""
        from packager.source.transfer import first_part  # noqa: PLC0415 needs an event loop

        with ExitStack() as opened, remote.translated():
            found = first_part(remote.store, remote.key, check_wanted)
            if found is None:
                return None
            meta, part = found
            check_size_bytes(meta["size"], limits)
            file = opened.enter_context(ArrivingFile(path, meta["size"]))
            file.write(0, part)
            copy = cls(remote, path, limits, file=file, meta=meta, check_wanted=check_wanted)
            opened.pop_all()  # by now it is the transfer's to close
            return copy

    def is_arriving(self) -> bool:
        return self._transfer.is_under_way()

    def on_loss(self, end: Callable[[], object]) -> None:
        self._transfer.on_failure(end)

    def hurry(self) -> None:
        self._transfer.hurry()

    def close(self) -> None:
        self._transfer.end()

    def check(self) -> None:
        """Raise why the rest of it will never arrive, where that is so."""
        failure = self._transfer.failure()
        if isinstance(failure, FETCH_ERRORS):
            raise self._remote.unread(failure) from failure
        if failure is not None:
            raise failure

    def _blame(self, error: PackagingError) -> PackagingError:
        """Blame this disk, and not the source, where the copy cannot be read."""
        cause = error.__cause__
        if isinstance(error, SourceNotFound) and isinstance(cause, OSError):
            return self._remote.unread(cause)
        return error


@contextmanager
def local_file(
    source: str | Path, limits: Limits, check_wanted: Callable[[], None] = always_wanted
) -> Iterator[LocalFile]:
    """Give the caller's block the file of ``source``: a path, or the URL of an object in a store.

    Raises SourceNotFound, SourceTooLarge, UnsupportedSource or StoreFailed; and what
    ``check_wanted`` raises, which is called several times a second while a copy is made, and ends
    the transfer so. A copy that is still arriving tells of all that when it is checked.
    """
    url = URL.match(source) if isinstance(source, str) else None
    if url is None:
        yield LocalFile(Path(source), limits)
        return
    if url[1].lower() == "file":
        yield LocalFile(Path(unquote(url[3])), limits)
        return
    remote = RemoteSource.at(url)
    with TemporaryDirectory(prefix="soundbridge-") as folder:
        # The copy keeps the ending: raw AAC and MP3 are told apart with its help.
        path = Path(folder, "source").with_suffix(Path(url[3]).suffix)
        copy = _copied(remote, path, limits, check_wanted)
        try:
            yield copy
        finally:
            copy.close()


def name_of(source: str | Path) -> str:
    """Return what a source is called, without its folder and ending: a title for lack of one."""
    url = URL.match(source) if isinstance(source, str) else None
    return clean(Path(unquote(url[3]) if url else source).stem, _LONGEST_NAME)


def _copied(
    remote: RemoteSource, path: Path, limits: Limits, check_wanted: Callable[[], None]
) -> LocalFile:
    """Return a copy that arrives, or, where that cannot be, one that has arrived."""
    if remote.has_parts:
        with suppress(NoLocks):
            copy = _ArrivingCopy.begun(remote, path, limits, check_wanted)
            if copy is not None:
                return copy
    _download(remote, path, limits, check_wanted)
    return LocalFile(path, limits)


def _download(
    remote: RemoteSource, path: Path, limits: Limits, check_wanted: Callable[[], None]
) -> None:
    from packager.source.transfer import copy_object  # noqa: PLC0415 needs an event loop

    with remote.translated(), path.open("wb") as file:
        copy_object(
            remote.store,
            remote.key,
            file,
            limit_bytes=limits.size_bytes,
            check_wanted=check_wanted,
        )


def _state_of(path: Path) -> _State:
    try:
        state = path.stat()
    except OSError as error:
        raise SourceNotFound("The file is not there any more. Package it again.") from error
    return _State(state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
