"""Package a file into a folder, the way tests look at it.

Sources are read by warm readers, as a worker has them: no test pays for the start of a child. They
live as long as a module, since some tests count the processes that there are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from obstore.store import LocalStore

from manifests import layout
from manifests.index import Index
from packager.extras import NO_EXTRAS, Extras
from packager.limits import Limits
from packager.package import package
from packager.sandbox.reader import Reader
from packager.sandbox.warm import WarmReaders


@dataclass(frozen=True)
class InFolder:
    """A packaged asset and the folder that its revision is in."""

    folder: Path
    index: Index

    @property
    def rungs(self) -> list[str]:
        return [rendition.rung for rendition in self.index.renditions]

    def playlist(self, rung: str) -> Path:
        return self.folder / layout.playlist_name(rung)

    def read(self, name: str) -> bytes:
        return (self.folder / name).read_bytes()

    def objects(self) -> dict[str, bytes]:
        """Every object of the revision, by name."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in files}


_readers: list[WarmReaders] = []


@contextmanager
def readers_ended() -> Iterator[None]:
    """End with the block what ``warm_reader`` started in it."""
    yield
    while _readers:
        _readers.pop().__exit__(None, None, None)


def warm_reader() -> Reader:
    """Return one for ``package``, which uses it up."""
    if not _readers:
        _readers.append(WarmReaders().__enter__())
    return _readers[0].reader()


def package_into(
    root: Path,
    source: Path | str,
    *,
    workers: int = 2,
    limits: Limits | None = None,
    extras: Extras = NO_EXTRAS,
) -> InFolder:
    """Package ``source`` into the file store at ``root``."""
    packaged = package(
        source,
        LocalStore(root, mkdir=True),
        asset_id="asset",
        playback_id="playback",
        created_at="2026-01-02T03:04:05Z",
        workers=workers,
        limits=limits,
        extras=extras,
        reader=warm_reader(),
    )
    return InFolder(root / packaged.entry.where.prefix, packaged.index)
