import asyncio
from typing import TYPE_CHECKING

import pytest
from obstore.store import MemoryStore

from origin.delivery.errors import BrokenObject, NotFound
from origin.delivery.reading import StoreReader

if TYPE_CHECKING:
    from obstore import GetResult  # exists for type checkers alone


class Counted(MemoryStore):
    """A store that counts what it is asked for."""

    asked = 0

    async def get_async(self, path: str) -> "GetResult":  # type: ignore[override]  # no options here
        self.asked += 1
        return await super().get_async(path)


async def test_who_asks_at_once_shares_a_read_and_who_asks_later_reads_afresh() -> None:
    store = Counted()
    store.put("key", b"before")
    reader = StoreReader(store)
    assert await asyncio.gather(*(reader.read("key") for _ in range(20))) == [b"before"] * 20
    assert store.asked == 1
    store.put("key", b"after")
    assert await reader.read("key") == b"after"
    assert store.asked == 2


async def test_who_goes_away_ends_the_read_for_nobody_else() -> None:
    store = Counted()
    store.put("key", b"content")
    reader = StoreReader(store)
    leaves, stays = (asyncio.create_task(reader.read("key")) for _ in range(2))
    await asyncio.sleep(0)
    leaves.cancel()
    assert await stays == b"content"
    assert leaves.cancelled()
    assert store.asked == 1


async def test_what_goes_wrong_goes_wrong_for_all_and_is_not_kept() -> None:
    store = Counted()
    reader = StoreReader(store)
    both = await asyncio.gather(reader.read("key"), reader.read("key"), return_exceptions=True)
    assert [type(error) for error in both] == [NotFound, NotFound]
    store.put("key", b"content")
    assert await reader.read("key") == b"content"
    with pytest.raises(BrokenObject):
        await reader.read("key", limit_bytes=3)
