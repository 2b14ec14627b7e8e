"""Reading from several stores as if they were one.

Where a thing is, and what is made of a store that fails, is decided in ``homes``; here the stores
are asked (``asking``): the home where it is known, else all at once. Each has a reader of its own,
so that no store takes another's places or time.

A complete revision is where its index is; one that still grows is where its growing playlists
and its segments are, both: who moves a revision may leave the former behind for a while. What an
index lists may come from any store, since it is held against the index. So a revision plays while
it is copied, moved or removed, in whatever order that is done; and what has a copy plays while its
home is down, or holds something else.

Nothing is held open, so there is nothing to close.
"""

import heapq
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from manifests.index import StoredObject
from manifests.layout import INDEX, Revision
from origin.delivery.errors import NotFound
from origin.delivery.reading import OBJECT_BYTES_MAX, Check, Missing, Newest, no_check
from origin.stores.asking import Ask, AskedStore, ask_all, ask_each, ask_in_turn
from origin.stores.homes import FAILING_PATIENCE_S, PATIENCE_S, Homes, place_of
from origin.stores.listing import Listing, age_order
from origin.stores.reader import StoreReader

if TYPE_CHECKING:
    from obstore import ObjectMeta


class StoresReader:
    """Several stores as one, in the order of trust."""

    def __init__(
        self, readers: Sequence[StoreReader], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stores = [AskedStore(each, number, clock) for number, each in enumerate(readers, 1)]
        self._clock = clock
        self._homes = Homes()

    def is_busy_for(self, key: str) -> bool:
        """Tell whether a read of this object would have to wait for others, or be looked for."""
        home = self._homes.find(place_of(key), self._clock())
        return home is None or self._stores[home.store].reader.is_busy

    def doubted_until_s(self, key: str) -> float | None:
        """Tell how long what was read may be remembered; None where no store may know better."""
        return self._homes.doubted_until_s(place_of(key), self._clock())

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
        del is_announced  # nothing is remembered here but where things are

        async def ask(reader: StoreReader) -> bytes:
            return await reader.read(key, limit_bytes=limit_bytes, listed=listed)

        content = await self._read(key, ask, listed)
        check(key, content)
        return content

    def read_ahead(self, key: str, listed: StoredObject) -> None:
        """Do nothing: there is no place to hold it."""

    async def newest(self, prefix: str, count: int) -> Newest:
        """Return the keys below ``prefix`` that were written last, in all stores that answer."""

        async def ask(reader: StoreReader) -> Listing:
            return await reader.newest_objects(prefix, count)

        found = await ask_each(self._stores, ask)
        if len(found) < len(self._stores):
            missing = Missing.WHAT_NOBODY_CAN_TELL
        elif not all(listing.is_whole for listing in found):
            missing = Missing.WHAT_IS_TOO_MUCH
        else:
            missing = Missing.NOTHING
        return Newest(_merged([listing.newest for listing in found], count), missing)

    async def _read(self, key: str, ask: Ask[bytes], listed: StoredObject | None) -> bytes:
        """Return what its home says of an object; what is listed, also from whoever else has it.

        Of what is listed, ``ask`` gets nothing but what an index vouches for.
        """
        if listed is None or len(self._stores) == 1:
            return await self._read_at_home(key, ask)
        place = place_of(key)
        home = self._homes.last(place)
        is_failing = home is not None and self._stores[home].is_failing
        content, is_late = await ask_in_turn(
            self._read_at_home(key, ask),
            FAILING_PATIENCE_S if is_failing else PATIENCE_S,
            lambda: [store.ask(ask) for store in self._all_but(self._homes.last(place))],
        )
        if is_late and home is not None:
            self._stores[home].failed()
        return content

    def _all_but(self, home: int | None) -> list[AskedStore]:
        return [store for number, store in enumerate(self._stores) if number != home]

    async def _read_at_home(self, key: str, ask: Ask[bytes]) -> bytes:
        """Return what the home of an object says of it; NotFound where it has moved in part."""
        place = place_of(key)
        home = self._homes.find(place, self._clock())
        if home is not None:
            try:
                return await self._stores[home.store].ask(ask)
            except NotFound:
                if home.is_growing:
                    raise
        if isinstance(place, Revision):
            return await self._read_of_revision(place, key, ask)
        found = await ask_all(self._stores, ask, self._homes.last(place))
        self._homes.note(place, found.store, self._clock(), is_certain=found.is_certain)
        return found.value

    async def _read_of_revision(self, where: Revision, key: str, ask: Ask[bytes]) -> bytes:
        """Look for a revision, and return what its home says of an object."""

        async def evidence(reader: StoreReader) -> bytes | None:
            """Return an index, None for a revision that grows here; NotFound for neither."""
            try:
                return await reader.read(where.key(INDEX))
            except NotFound:
                await reader.holds(where.growing_prefix)
                await reader.holds(where.prefix)
                return None

        store, is_certain, index = await ask_all(self._stores, evidence, self._homes.last(where))
        self._homes.note(
            where, store, self._clock(), is_certain=is_certain, is_growing=index is None
        )
        if index is not None and key == where.key(INDEX):
            return index
        return await self._stores[store].ask(ask)


def _merged(found: "Sequence[Sequence[ObjectMeta]]", count: int) -> list[str]:
    """Return the newest keys of several listings; one that is in two counts where it was first."""
    by_key: dict[str, ObjectMeta] = {}
    for listing in found:
        for meta in listing:
            by_key.setdefault(meta["path"], meta)
    newest = heapq.nlargest(count, by_key.values(), key=age_order)
    return [meta["path"] for meta in newest]
