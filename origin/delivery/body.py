"""Where the bytes of an answer come from: memory, or an object that is read only as far as needed.

A body knows its size before it is read, so that HEAD, 304 and 416 read nothing.
"""

from dataclasses import dataclass
from typing import Protocol

from manifests.index import StoredObject
from origin.delivery.errors import BrokenObject
from origin.delivery.range import ByteSpan
from origin.delivery.reading import Reader


class Body(Protocol):
    """The bytes of one representation."""

    @property
    def size_bytes(self) -> int:
        """How many bytes there are."""

    async def read(self) -> bytes:
        """Return all of them."""

    async def read_span(self, span: ByteSpan) -> bytes:
        """Return some of them."""


@dataclass(frozen=True, slots=True)
class MemoryBody:
    """Bytes that are here."""

    content: bytes

    @property
    def size_bytes(self) -> int:
        """How many bytes there are."""
        return len(self.content)

    async def read(self) -> bytes:
        """Return all of them."""
        return self.content

    async def read_span(self, span: ByteSpan) -> bytes:
        """Return some of them."""
        return self.content[span.start : span.stop]


@dataclass(frozen=True, slots=True)
class StoredBody:
    """An object of the store, as it is listed; ``following`` is what is asked for next."""

    reader: Reader
    key: str
    listed: StoredObject
    following: tuple[str, StoredObject] | None = None

    @property
    def size_bytes(self) -> int:
        """How many bytes there are."""
        return self.listed.size_bytes

    async def read(self) -> bytes:
        """Return all of it; BrokenObject where the store holds something else."""
        content = await self.reader.read(self.key, listed=self.listed)
        if self.following is not None:
            self.reader.read_ahead(*self.following)
        return content

    async def read_span(self, span: ByteSpan) -> bytes:
        """Return some of it; BrokenObject where the object is shorter."""
        content = await self.reader.read_span(self.key, span.start, span.stop, listed=self.listed)
        return _checked(content, span.size_bytes)


def _checked(content: bytes, size_bytes: int) -> bytes:
    """Never send bytes under an entity tag that is not theirs."""
    if len(content) != size_bytes:
        raise BrokenObject("The store holds another number of bytes than was published.")
    return content
