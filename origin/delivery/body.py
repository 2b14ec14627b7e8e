"""Where the bytes of an answer come from: memory, or an object of the store.

A body knows its size and its digest before it is read. Yet HEAD, 304, 412 and 416 say of it only
what GET would: they ``check`` that it can be given. What is in memory was held against its index
when it came, and costs them nothing; what is not is read, as it would be for GET, and then is at
hand for whoever asks next.

RFC 9110 wants it so. HEAD "is identical to GET except that the server MUST NOT send content"
(§9.3.2). "A server MUST ignore all received preconditions if its response to the same request
without those conditions [...] would have been a status code other than a 2xx (Successful) or 412"
(§13.2.1). Range counts "only if the result in absence of the Range header field would be a 200"
(§14.2). Of a 304 one might say that a client with a tag of the index has the right bytes, wherever
ours are. But it renews what a cache holds for another year; who took an object out of the store, or
has a CDN ask after a purge whether it is still there, did not mean that.
"""

from dataclasses import dataclass
from typing import Protocol

from manifests.index import StoredObject
from origin.delivery.reading import Reader


class Body(Protocol):
    """The bytes of one representation."""

    @property
    def size_bytes(self) -> int:
        """How many bytes there are."""

    async def check(self) -> None:
        """Raise what would keep ``read`` from its bytes."""

    async def read(self) -> bytes:
        """Return all of them."""


@dataclass(frozen=True, slots=True)
class MemoryBody:
    """Bytes that are here."""

    content: bytes

    @property
    def size_bytes(self) -> int:
        """How many bytes there are."""
        return len(self.content)

    async def check(self) -> None:
        """Do nothing: they are here."""

    async def read(self) -> bytes:
        """Return all of them."""
        return self.content


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

    async def check(self) -> None:
        """Raise what would keep ``read`` from its bytes."""
        await self.reader.read(self.key, listed=self.listed)

    async def read(self) -> bytes:
        """Return all of it; BrokenObject where the store holds something else."""
        content = await self.reader.read(self.key, listed=self.listed)
        if self.following is not None:
            self.reader.read_ahead(*self.following)
        return content
