"""What is promised when a picture of a track goes from the store, an hour after it was shown last.

What its track said was dropped when that changed, and the picture with it, by its tag. Who asks for
it in that hour has a CDN keep it anew, for a year; and one that knows no tags was told nothing yet.
"""

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from cdn.policy.holding import UNVERIFIED
from cdn.purge.changes import of_answers
from cdn.purge.target import By, Target
from cdn.tags import named_tags
from manifests.layout import TRACK_ARTWORK_NAME, TrackArtwork
from origin.companion.purging.media import HELD_S
from origin.companion.purging.promising import any_without, promise, release

_TOLD_S: Final = UNVERIFIED.memory_s or 0.0
"""For so long, a process may give it that did not hear of its end."""


async def promise_picture(
    connection: AsyncConnection, where: TrackArtwork, keys: Sequence[str], *, now_s: float
) -> None:
    """Promise that the files of a picture, which are about to go, are dropped once they have."""
    if not await any_without(connection, {By.TAG}, now_s=now_s):
        return
    # Whatever else somebody put there has no address.
    named = [key for key in keys if TRACK_ARTWORK_NAME.fullmatch(key.rpartition("/")[2])]
    paths = [Target(By.PATH, f"/{key}") for key in named]
    await promise(
        connection,
        lambda known: [] if By.TAG in known else paths,
        now_s=now_s,
        due_s=now_s + HELD_S,
        asset_id=where.artwork_id,
    )


async def promise_picture_gone(
    connection: AsyncConnection, where: TrackArtwork, *, now_s: float
) -> None:
    """Promise that a picture is dropped: it has gone from the store."""
    tags = named_tags({"track_id": where.track_id})
    await release(
        connection,
        where.artwork_id,
        lambda known: of_answers(tags, known, soft=False),
        now_s=now_s,
        due_s=now_s + _TOLD_S,
    )
