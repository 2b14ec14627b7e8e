"""Reading what an index lists, and not trusting the index where that is not so.

Little vouches for an index: it may have been altered on its way here, and of some stores no entity
tag would tell (``stores.reader``). What it says is remembered for as long as there is room, so a
single digest that is wrong would take an object away from all who ask this process. Where the store
holds something else than is listed, the index is therefore read again for who asks next.
"""

from manifests.index import StoredObject
from manifests.layout import Revision
from origin.delivery.errors import BrokenObject
from origin.delivery.published import Published
from origin.delivery.reading import OBJECT_BYTES_MAX, Check, Newest, Reader, no_check
from origin.stores.homes import place_of


class ListedReader:
    """A reader that tells ``published`` of what contradicts its facts."""

    def __init__(self, reader: Reader, published: Published) -> None:
        self._reader = reader
        self._published = published

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
        try:
            return await self._reader.read(
                key,
                limit_bytes=limit_bytes,
                listed=listed,
                is_announced=is_announced,
                check=check,
            )
        except BrokenObject:
            place = place_of(key)
            if listed is not None and isinstance(place, Revision):
                self._published.contradicted(place)
            raise

    def read_ahead(self, key: str, listed: StoredObject) -> None:
        """Have an object at hand that somebody will ask for soon, if that costs nobody else."""
        self._reader.read_ahead(key, listed)

    async def newest(self, prefix: str, count: int) -> Newest:
        """Return the keys below ``prefix`` that were written last."""
        return await self._reader.newest(prefix, count)
