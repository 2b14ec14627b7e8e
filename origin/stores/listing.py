"""What a store lists below a prefix: whether there is anything, and what was written last."""

import asyncio
import heapq
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from obstore import ObjectMeta
    from obstore.store import ObjectStore

LISTED_KEYS_MAX: Final = 100_000
"""In what order keys are listed says nothing of when they were written: beyond this, and
beyond the time there is, it is said that newer ones may be missing."""
_CHUNK: Final = 1000


class Listing(NamedTuple):
    """The newest objects that were listed, in order, and whether all were looked at."""

    newest: "Sequence[ObjectMeta]"
    is_whole: bool


async def newest_objects(
    store: "ObjectStore", prefix: str, count: int, until_s: float = inf
) -> Listing:
    """Return what a store's listing says of the objects that were written last.

    No more pages are asked for after ``until_s``, by the loop's clock.
    """
    loop = asyncio.get_running_loop()
    newest: list[ObjectMeta] = []
    listed = 0
    async for chunk in store.list(prefix=prefix, chunk_size=_CHUNK):
        if listed >= LISTED_KEYS_MAX:
            return Listing(newest, is_whole=False)
        newest = heapq.nlargest(count, [*newest, *chunk], key=age_order)
        listed += len(chunk)
        if loop.time() >= until_s:
            return Listing(newest, is_whole=False)
    return Listing(newest, is_whole=True)


async def require_any(store: "ObjectStore", prefix: str) -> None:
    """Return if there is any object below ``prefix``; FileNotFoundError where there is none."""
    top = await store.list_with_delimiter_async(prefix)
    if top["objects"]:
        return
    if top["common_prefixes"]:  # in a folder of files, these may be empty
        async for _ in store.list(prefix=prefix, chunk_size=1):
            return
    raise FileNotFoundError(prefix)


def age_order(meta: "ObjectMeta") -> tuple[datetime, str]:
    """Return by what a listing is put in order: when an object was written, and its key."""
    return meta["last_modified"], meta["path"]
