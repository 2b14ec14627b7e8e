"""Listings of several stores."""

import asyncio

import pytest
from obstore.store import HTTPStore

from origin.delivery.errors import StoreUnavailable
from origin.delivery.reading import Missing, Newest
from origin.stores.listing import LISTED_KEYS_MAX
from origin.stores.reader import StoreReader
from origin.stores.several import StoresReader
from tests.servers.several_stores import Several
from tests.sources.published import publish


async def test_a_listing_is_of_all_stores_and_says_where_one_is_missing(
    several: Several, unused_tcp_port: int
) -> None:
    publish(several.trusted, "one")
    publish(several.other, "two")
    publish(several.trusted, "three")
    publish(several.other, "one")
    whole = Newest(["entry/three.json", "entry/two.json"], Missing.NOTHING)
    assert await several.reader.newest("entry", 2) == whole
    gone = HTTPStore(f"http://127.0.0.1:{unused_tcp_port}/", client_options={"allow_http": True})
    silent = StoreReader(gone, timeout_s=1.0)
    reader = StoresReader([StoreReader(several.other), silent])
    (partial, *_) = await asyncio.gather(*(reader.newest("entry", 9) for _ in range(3)))
    assert (set(partial.keys), partial.missing) == (
        {"entry/one.json", "entry/two.json"},
        Missing.WHAT_NOBODY_CAN_TELL,
    )
    begun_s = asyncio.get_running_loop().time()
    assert await reader.newest("entry", 9) == partial
    assert asyncio.get_running_loop().time() - begun_s < 0.5, "who fails is hardly waited for"
    with pytest.raises(StoreUnavailable):
        await StoresReader([silent, silent]).newest("entry", 9)


async def test_a_listing_of_more_than_is_looked_at_says_so(several: Several) -> None:
    for number in range(LISTED_KEYS_MAX):
        several.other.put(f"entry/{number:06d}.json", b"")
    assert (await several.reader.newest("entry", 1)).missing is Missing.NOTHING
    several.other.put("entry/zzz.json", b"")
    assert (await several.reader.newest("entry", 1)).missing is Missing.WHAT_IS_TOO_MUCH
    assert (await StoreReader(several.other).newest("entry", 1)).missing is Missing.WHAT_IS_TOO_MUCH
    several.trusted.down = True  # a list of it comes all the same
    assert (await several.reader.newest("entry", 1)).missing is Missing.WHAT_IS_TOO_MUCH
