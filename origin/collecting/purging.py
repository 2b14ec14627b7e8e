"""What CDNs and servers are told when a revision, or a picture of a track, goes.

A database has what is promised to CDNs. Those that find an asset by a tag, or by a prefix, find it
when it is deleted, too, whatever has gone by then. One that is told each object by its name is told
now: nobody knows the names later. What was withdrawn played nowhere else, so all of it is dropped,
for who listened fetched on.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.layout import ARTWORK_PREFIX, MEDIA_PREFIX, TrackArtwork
from origin.companion.catalogue.events import tell
from origin.companion.catalogue.kinds import EventKind
from origin.companion.purging.media import promise_objects, promise_whole
from origin.companion.purging.pictures import promise_picture, promise_picture_gone
from origin.companion.purging.promising import release
from packager.publishing.garbage import Reason, Removal

Write = Callable[[Callable[[AsyncConnection], Awaitable[None]]], None]
"""Has something written in a transaction; raises CollectionFailed."""


@dataclass(frozen=True, slots=True)
class PurgingRows:
    """Promises it in a database."""

    write: Write

    def going(self, removal: Removal) -> None:
        """Note the names of what is about to go, due once it has."""
        keys = [stored.key for stored in removal.objects]
        picture, asset_id = _picture_of(removal), _asset_of(removal)
        if picture is not None:
            self.write(
                lambda connection: promise_picture(connection, picture, keys, now_s=time.time())
            )
        elif asset_id is not None:
            is_whole = removal.reason is Reason.WITHDRAWN
            note = promise_whole if is_whole else promise_objects
            self.write(lambda connection: note(connection, asset_id, keys, now_s=time.time()))

    def gone(self, removal: Removal) -> None:
        """Let what was noted be due, and servers give nothing of a revision from memory."""
        picture, asset_id = _picture_of(removal), _asset_of(removal)
        if picture is not None:
            self.write(
                lambda connection: promise_picture_gone(connection, picture, now_s=time.time())
            )
        elif asset_id is not None:
            self.write(lambda connection: _asset_gone(connection, asset_id, now_s=time.time()))


async def _asset_gone(connection: AsyncConnection, asset_id: str, *, now_s: float) -> None:
    await release(connection, asset_id, now_s=now_s)
    await tell(connection, EventKind.OBJECTS_REMOVED, asset_id, "", {}, now_s=now_s)


def _asset_of(removal: Removal) -> str | None:
    """Return whose revision goes; None where it is something else."""
    folder, _, rest = removal.folder.partition("/")
    return rest.partition("/")[0] if folder == MEDIA_PREFIX else None


def _picture_of(removal: Removal) -> TrackArtwork | None:
    """Return which picture goes; None where it is something else."""
    folder, _, rest = removal.folder.partition("/")
    return TrackArtwork(*rest.split("/")) if folder == ARTWORK_PREFIX else None
