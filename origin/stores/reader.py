"""Reading from the object store: the boundary where its exceptions become ours.

Every read has a deadline and a limit on what it may bring, and no more than a number of each kind
are under way at once: the others wait, inside of their deadlines. ``NotFound`` means that the
object is not there, ``StoreUnavailable`` that nobody can tell; obstore itself retries in between,
with pauses of random length. A small object that takes longer than most is asked for a second time
(``hedging``); whichever comes first is taken.

obstore also asks for the rest of a body that breaks off, by its range. It sends no If-Match; it
holds the answer's entity tag and Content-Range against what it has, which comes to the same: parts
of two versions are never put together. (To send one ourselves, we would have to take bodies in
pieces: 40 % more of a processor for 96 KB.) What cannot be gone on with, because it was replaced,
was taken away or has no entity tag, is read once more from its beginning.

What an index lists is held against its digest. All else (the index itself, entries, what grows) is
held against its entity tag, where the store's tags are digests, and read again if it does not fit
(``packager.publishing.entity_tags``).
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from obstore.exceptions import BaseError, GenericError, PermissionDeniedError, UnauthenticatedError

from manifests.index import StoredObject
from manifests.layout import ENTRY_PREFIX
from origin.delivery.errors import BrokenObject, Cause, NotFound, StoreUnavailable
from origin.delivery.reading import OBJECT_BYTES_MAX, Check, Missing, Newest, no_check
from origin.stores.hedging import STUCK, Hedging
from origin.stores.listing import Listing, newest_objects, require_any
from origin.stores.patience import Patience
from packager.publishing.entity_tags import READINGS_MAX, Reading, StoreTags

if TYPE_CHECKING:
    from obstore import GetResult
    from obstore.store import ObjectStore

Measured = Callable[[str], AbstractContextManager[None]]
"""What is around every read; it is given what is done: get or list, and, within a get
that is late, get_again."""
_Get = Callable[[], Coroutine[None, None, bytes]]
TIMEOUT_S: Final = 10.0
READS_AT_ONCE: Final = 64
LISTINGS_AT_ONCE: Final = 2
ENTRIES_AT_ONCE: Final = 32
"""They have places of their own, for anybody may ask for a list: that takes seconds where there are
many keys, and two hundred entries, which are all read at once where they have just become stale."""
_LISTING_SHARE: Final = 0.5
"""Of the time there is, after which a listing ends with what has come. A page more may be late."""
_CANNOT_BE_READ: Final = "The object store cannot be read now; try again."
_SMALL_BYTES: Final = 1024 * 1024
"""What is larger takes its time, and says nothing about others."""


class StoreReader:
    """One store, read with a deadline; it holds nothing open, so there is nothing to close."""

    def __init__(
        self,
        store: "ObjectStore",
        *,
        timeout_s: float = TIMEOUT_S,
        patience: Patience | None = None,
        reads_at_once: int = READS_AT_ONCE,
        measured: Measured = lambda _: nullcontext(),
    ) -> None:
        self._store = store
        self._timeout_s = timeout_s
        self._patience = patience or Patience(timeout_s)
        self._measured = measured
        self._places = asyncio.Semaphore(reads_at_once)
        self._entry_places = asyncio.Semaphore(ENTRIES_AT_ONCE)
        self._listing_places = asyncio.Semaphore(LISTINGS_AT_ONCE)
        self._hedging = Hedging()
        self._tags = StoreTags()

    @property
    def is_busy(self) -> bool:
        """Whether a read of media would have to wait for others."""
        return self._places.locked()

    def is_busy_for(self, key: str) -> bool:
        """Tell whether a read of this object would have to wait for others."""
        del key  # there is one store
        return self.is_busy

    def doubted_until_s(self, key: str) -> None:
        """Tell that no other store may know better."""
        del key  # there is one store

    async def read(
        self,
        key: str,
        *,
        limit_bytes: int = OBJECT_BYTES_MAX,
        listed: StoredObject | None = None,
        is_announced: bool = False,
        check: Check = no_check,
    ) -> bytes:
        """Return a whole object; BrokenObject where it is too large, or not as it is listed."""
        del is_announced  # nothing is remembered here
        is_entry = key.startswith(f"{ENTRY_PREFIX}/")
        with self._patience.noting() as allowed_s:
            async with (
                self._translated("get", allowed_s),
                self._entry_places if is_entry else self._places,
            ):
                whole = partial(self._get_whole, key, limit_bytes)
                if listed is None:
                    content = await self._get(whole)
                else:
                    _check_size(listed.size_bytes, limit_bytes)
                    content = await self._get_listed(key, listed, whole)
        check(key, content)
        return content

    async def _get_listed(self, key: str, listed: StoredObject, whole: _Get) -> bytes:
        """Return an object that is as it is listed.

        As much as is listed is asked for as a range, which obstore gives in one step; for a whole
        object, its size first, it takes half as much of a processor again. What comes otherwise
        may have been altered on its way, and what does not come may be of a server that knows no
        ranges, so there is a second read.
        """
        ranged = partial(self._get_range, key, listed.size_bytes)
        is_small = listed.size_bytes <= _SMALL_BYTES
        with suppress(GenericError):
            content = await self._get(ranged, is_small=is_small)
            if matches(content, listed):
                return content
        content = await self._get(whole, is_small=is_small)
        if matches(content, listed):
            return content
        raise BrokenObject("The store holds something else than was published.")

    async def _get(self, get: _Get, *, is_small: bool = True) -> bytes:
        """Return an object, or a second copy of it where the first is late.

        What nothing lists is taken for small until it is here.
        """
        loop = asyncio.get_running_loop()
        begun_s, after_s = loop.time(), self._hedging.after_s if is_small else None
        content = await (get() if after_s is None else self._sooner(get, after_s))
        if len(content) <= _SMALL_BYTES:
            self._hedging.note(loop.time() - begun_s)
        return content

    async def _sooner(self, get: _Get, after_s: float) -> bytes:
        """Return what comes first of one read and, after a while, another one."""
        reads = [asyncio.create_task(get())]
        try:
            for wait_s, is_stuck in ((after_s, False), ((STUCK - 1) * after_s, True)):
                if (await asyncio.wait(reads, timeout=wait_s))[0]:
                    return reads[0].result()
                if not self.is_busy and self._hedging.takes_second(is_stuck=is_stuck):
                    reads.append(asyncio.create_task(self._again(get)))
                    break
            done, left = await asyncio.wait(reads, return_when=asyncio.FIRST_COMPLETED)
            given = [read for read in done if read.exception() is None]
            return await (given or [*left, *done])[0]
        finally:
            late = [read for read in reads if not _has_ended(read)]
            for read in late:
                read.cancel()
            if late:
                await asyncio.gather(*late, return_exceptions=True)

    async def _again(self, get: _Get) -> bytes:
        with self._measured("get_again"):
            return await get()

    async def _get_range(self, key: str, size_bytes: int) -> bytes:
        return bytes(await self._store.get_range_async(key, start=0, end=size_bytes))

    async def _get_whole(self, key: str, limit_bytes: int) -> bytes:
        """Return an object that fits its entity tag, as far as that tells."""
        readings: list[Reading] = []
        while len(readings) < READINGS_MAX:
            readings.append(await self._get_once(key, limit_bytes))
            if self._tags.vouch(readings):
                return readings[-1].data
        raise BrokenObject("An object of the store never comes as its entity tag says.")

    async def _get_once(self, key: str, limit_bytes: int) -> Reading:
        found = await self._begun(key, limit_bytes)
        try:
            content = await found.bytes_async()
        except BaseError:
            found = await self._begun(key, limit_bytes)
            content = await found.bytes_async()
        return Reading(bytes(content), found.meta["e_tag"])

    async def _begun(self, key: str, limit_bytes: int) -> "GetResult":
        """Ask for an object whose body is still to come."""
        found = await self._store.get_async(key)
        _check_size(found.meta["size"], limit_bytes)
        return found

    def read_ahead(self, key: str, listed: StoredObject) -> None:
        """Do nothing: there is no place to hold it."""

    async def holds(self, prefix: str) -> None:
        """Return if there is any object below ``prefix``; NotFound where there is none."""
        async with self._translated("list"), self._places:
            await require_any(self._store, prefix)

    async def newest(self, prefix: str, count: int) -> Newest:
        """Return the keys below ``prefix`` that were written last."""
        listing = await self.newest_objects(prefix, count)
        missing = Missing.NOTHING if listing.is_whole else Missing.WHAT_IS_TOO_MUCH
        return Newest([meta["path"] for meta in listing.newest], missing)

    async def newest_objects(self, prefix: str, count: int) -> Listing:
        """Return what a listing says of the objects that were written last."""
        until_s = asyncio.get_running_loop().time() + _LISTING_SHARE * self._timeout_s
        async with self._translated("list"), self._listing_places:
            return await newest_objects(self._store, prefix, count, until_s)

    async def check(self) -> None:
        """Return if the store answers at all; StoreUnavailable where it does not."""
        async with self._translated("list"):
            async for _ in self._store.list(chunk_size=1):
                break

    @asynccontextmanager
    async def _translated(
        self, operation: str, timeout_s: float | None = None
    ) -> AsyncIterator[None]:
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        with self._measured(operation):
            try:
                async with asyncio.timeout(timeout_s):
                    yield
            except FileNotFoundError as error:
                raise NotFound("There is nothing at this address.") from error
            except TimeoutError as error:
                raise StoreUnavailable(
                    f"The object store did not answer within {timeout_s:g} s; try again.",
                    Cause.LATE,
                ) from error
            except (PermissionDeniedError, UnauthenticatedError) as error:
                raise StoreUnavailable(_CANNOT_BE_READ, Cause.DENIED) from error
            except (BaseError, OSError) as error:
                raise StoreUnavailable(_CANNOT_BE_READ) from error


def _check_size(size_bytes: int, limit_bytes: int) -> None:
    if size_bytes > limit_bytes:
        raise BrokenObject(f"An object of the store has more than {limit_bytes} bytes.")


def matches(content: bytes, listed: StoredObject) -> bool:
    """Tell whether bytes are those that an index lists."""
    return (
        len(content) == listed.size_bytes and hashlib.sha256(content).hexdigest() == listed.sha256
    )


def _has_ended(read: "asyncio.Task[bytes]") -> bool:
    """Tell whether it has, and see what became of it."""
    if read.done() and not read.cancelled():
        read.exception()
    return read.done()
