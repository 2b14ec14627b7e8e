"""What is promised when an asset plays something else, or nothing, and when its objects go."""

from collections.abc import Collection, Iterable
from typing import Final

from obstore.store import ObjectStore
from sqlalchemy.ext.asyncio import AsyncConnection

from cdn.purge.changes import of_asset, of_entries, of_objects
from cdn.purge.target import By
from manifests.layout import GROWING_PREFIX, MEDIA_PREFIX, prefixes_of
from origin.companion.purging.promising import any_without, promise, release
from origin.delivery.address import growing_kind_of, kind_of
from packager.publishing.storage import Storage
from packager.queue.assets import Published

HELD_S: Final = 3_600.0
"""What is promised of objects before they are removed is due after this, if nobody says that they
were."""

WITHDRAWN_S: Final = 3 * 3_600.0
"""What was withdrawn stays in the store for an hour, and then until a worker looks for it."""

_FINDS_ALL: Final = frozenset({By.TAG, By.PREFIX})


async def promise_followed(
    connection: AsyncConnection, written: Published, keys: Collection[str], *, now_s: float
) -> None:
    """Promise what follows from what the store says of an asset by now.

    What is provisional takes the place of nothing, and is kept for two seconds. ``keys`` are of
    what goes some time, where an asset plays no more.
    """
    if written.entry is None:
        asset_id = written.where.asset_id
        await promise(
            connection, lambda known: of_asset(asset_id, written.playback_id, known), now_s=now_s
        )
        due_s = now_s + WITHDRAWN_S
        await promise_objects(connection, asset_id, keys, now_s=now_s, due_s=due_s)
    elif not written.entry.provisional:
        await promise_entries(connection, written.playback_id, soft=True, now_s=now_s)


async def promise_entries(
    connection: AsyncConnection, playback_id: str, *, soft: bool, now_s: float
) -> None:
    """Promise that what a playback id plays is dropped."""
    await promise(connection, lambda known: of_entries(playback_id, known, soft=soft), now_s=now_s)


async def needs_keys(connection: AsyncConnection, *, now_s: float) -> bool:
    """Tell whether there is a CDN that has to be told each object of an asset."""
    return await any_without(connection, _FINDS_ALL, now_s=now_s)


async def promise_objects(
    connection: AsyncConnection,
    asset_id: str,
    keys: Iterable[str],
    *,
    now_s: float,
    due_s: float | None = None,
) -> None:
    """Promise that objects which are about to go are dropped, once they have (``promise_gone``)."""
    served = [key for key in keys if is_served(key)]
    await promise(
        connection,
        lambda known: [] if known & _FINDS_ALL else of_objects(asset_id, served, known),
        now_s=now_s,
        due_s=due_s or now_s + HELD_S,
        asset_id=asset_id,
    )


async def promise_whole(
    connection: AsyncConnection, asset_id: str, keys: Iterable[str], *, now_s: float
) -> None:
    """Promise that all of an asset is dropped, whose last objects are about to go, once they have.

    It is noted for every CDN now: who removes them may be killed, and nobody comes to them again.
    """
    served = [key for key in keys if is_served(key)]
    await promise(
        connection,
        lambda known: of_objects(asset_id, served, known),
        now_s=now_s,
        due_s=now_s + HELD_S,
        asset_id=asset_id,
    )


async def promise_gone(connection: AsyncConnection, asset_id: str, *, now_s: float) -> None:
    """Promise that the objects of an asset are dropped: they have gone from the store."""
    await release(
        connection,
        asset_id,
        lambda known: of_objects(asset_id, (), known) if known & _FINDS_ALL else [],
        now_s=now_s,
    )


def keys_of(store: ObjectStore, asset_id: str) -> list[str]:
    """Return the keys of all that an asset's players read; raises StoreFailed."""
    with Storage(store) as storage:
        return [
            key
            for prefix in prefixes_of(asset_id)
            for key in storage.sizes_bytes(prefix.rstrip("/"))
        ]


def is_served(key: str) -> bool:
    """Tell whether an object has an address, ``/{key}``. Pure."""
    prefix, _, rest = key.partition("/")
    name = rest.partition("/")[2].partition("/")[2]
    if prefix == MEDIA_PREFIX:
        return kind_of(name) is not None
    return prefix == GROWING_PREFIX and growing_kind_of(name) is not None
