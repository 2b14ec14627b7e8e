"""Reading from the object store: the boundary where its exceptions become ours.

Every read has a deadline and a limit on what it may bring. ``NotFound`` means that the object is
not there, ``StoreUnavailable`` that nobody can tell; obstore itself retries in between. Who
asks for an object while it is being read shares that read: many players poll what grows.
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from datetime import datetime
from typing import TYPE_CHECKING, Final

from obstore.exceptions import BaseError

from manifests.errors import ManifestError
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable

if TYPE_CHECKING:
    from obstore import ObjectMeta
    from obstore.store import ObjectStore

OBJECT_BYTES_MAX: Final = 64 * 1024 * 1024
"""No object that we serve, nor an index of half a day of sound, comes near this."""
Measured = Callable[[str], AbstractContextManager[None]]
"""What is around every read; it is given what is done: get, get_range or list."""
LISTED_KEYS_MAX: Final = 100_000
_LIST_CHUNK: Final = 1000


class StoreReader:
    """One store, read with a deadline; it holds nothing open, so there is nothing to close."""

    def __init__(
        self,
        store: "ObjectStore",
        *,
        timeout_s: float = 10.0,
        measured: Measured = lambda _: nullcontext(),
    ) -> None:
        self._store = store
        self._timeout_s = timeout_s
        self._measured = measured
        self._under_way: dict[tuple[str, int], asyncio.Task[bytes]] = {}

    async def read(self, key: str, *, limit_bytes: int = OBJECT_BYTES_MAX) -> bytes:
        """Return a whole object; BrokenObject where it is larger than the limit."""
        what = (key, limit_bytes)
        reading = self._under_way.get(what)
        if reading is None:
            reading = asyncio.create_task(self._read(key, limit_bytes))
            self._under_way[what] = reading
            reading.add_done_callback(lambda done: self._forget(what, done))
        return await asyncio.shield(reading)  # who goes away does not end it for others

    def _forget(self, what: tuple[str, int], done: asyncio.Task[bytes]) -> None:
        del self._under_way[what]
        if not done.cancelled():
            done.exception()  # seen, even where everybody has gone away

    async def _read(self, key: str, limit_bytes: int) -> bytes:
        async with self._translated("get"):
            found = await self._store.get_async(key)
            if found.meta["size"] > limit_bytes:
                raise BrokenObject(f"An object of the store has more than {limit_bytes} bytes.")
            return bytes(await found.bytes_async())

    async def read_span(self, key: str, start: int, stop: int) -> bytes:
        """Return the bytes from ``start`` up to, not including, ``stop``."""
        async with self._translated("get_range"):
            return bytes(await self._store.get_range_async(key, start=start, end=stop))

    async def newest(self, prefix: str, count: int) -> Sequence[str]:
        """Return the keys below ``prefix`` that were written last, the newest first."""
        newest: list[ObjectMeta] = []
        listed = 0
        async with self._translated("list"):
            async for chunk in self._store.list(prefix=prefix, chunk_size=_LIST_CHUNK):
                newest = heapq.nlargest(count, [*newest, *chunk], key=_age_order)
                listed += len(chunk)
                if listed >= LISTED_KEYS_MAX:
                    break
        return [meta["path"] for meta in newest]

    async def check(self) -> None:
        """Return if the store answers at all; StoreUnavailable where it does not."""
        async with self._translated("list"):
            async for _ in self._store.list(chunk_size=1):
                break

    @asynccontextmanager
    async def _translated(self, operation: str) -> AsyncIterator[None]:
        with self._measured(operation):
            async with self._within_time():
                yield

    @asynccontextmanager
    async def _within_time(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
        except FileNotFoundError as error:
            raise NotFound("There is nothing at this address.") from error
        except TimeoutError as error:
            raise StoreUnavailable(
                f"The object store did not answer within {self._timeout_s:g} s; try again."
            ) from error
        except (BaseError, OSError) as error:
            raise StoreUnavailable("The object store cannot be read now; try again.") from error


@contextmanager
def well_formed() -> Iterator[None]:
    """Translate what a damaged document raises where it is parsed into BrokenObject."""
    try:
        yield
    except (ManifestError, UnicodeDecodeError) as error:
        raise BrokenObject("What was published here cannot be read.") from error


def _age_order(meta: "ObjectMeta") -> tuple[datetime, str]:
    return meta["last_modified"], meta["path"]
