"""What places have in common."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, Self

from sqlalchemy import Row

from manifests import layout


@dataclass(frozen=True, slots=True)
class Source:
    """Where a source will be, and the id of its multipart upload where a bucket has begun one."""

    key: str
    multipart_id: str | None = None

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return that of an upload."""
        return cls(layout.source_key(row.asset_id, row.id, row.name), row.multipart_id)


class Reception(Protocol):
    """A source that is appended to, by one holder at a time."""

    @property
    def position_bytes(self) -> int:
        """How much of it is there."""

    async def append(self, parts: Sequence[bytes]) -> None:
        """Add to its end; what was added may be lost until ``keep``."""

    def hold_back(self) -> None:
        """Let what is appended from now on be such that it can be cut, until ``keep``."""

    async def keep(self) -> None:
        """Return when a crash takes nothing of it away any more."""

    async def cut(self, position_bytes: int) -> None:
        """Drop what is behind a position, where that was appended after ``hold_back``."""

    async def beginning(self, size_bytes: int) -> bytes:
        """Return its first bytes, fewer where there are not so many."""

    async def complete(self) -> None:
        """Let the source be where workers look for it: nothing can be appended any more."""


class Place(Protocol):
    """A store that takes sources. All of it raises StoreUnavailable."""

    takes_parts: ClassVar[bool]
    """Whether whoever sends one may send its parts straight to the store."""

    def where(self, key: str) -> str:
        """Return what a worker calls it: a path, or a URL."""

    async def begin(self, key: str) -> str | None:
        """Prepare for a source; return the id that its ``Source`` has from then on."""

    def open(self, source: Source) -> AbstractAsyncContextManager[Reception]:
        """Give the caller's block what there is of a source, to go on with it.

        Raises UploadBusy where another process is at it.
        """

    async def received_bytes(self, source: Source) -> int:
        """Return how much of it there is."""

    def read(self, source: Source) -> AsyncIterator[bytes]:
        """Yield the bytes of a source that is complete."""

    async def discard(self, source: Source) -> None:
        """Take away what there is, complete or not."""

    async def settled(self, source: Source) -> None:
        """Clear up behind a source whose upload is complete in the database, too."""
