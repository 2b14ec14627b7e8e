"""What CDNs and servers are told when a revision goes: a database has what is promised to CDNs.

Those that find an asset by a tag, or by a prefix, find it when it is deleted, too, whatever has
gone by then. One that is told each object by its name is told now: nobody knows the names later.
What was withdrawn played nowhere else, so all of it is dropped, for who listened fetched on.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.layout import MEDIA_PREFIX
from origin.companion.catalogue.events import tell
from origin.companion.catalogue.kinds import EventKind
from origin.companion.purging.media import promise_objects, promise_whole
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
        asset_id = _asset_of(removal)
        if asset_id is None:
            return
        keys = [stored.key for stored in removal.objects]
        is_whole = removal.reason is Reason.WITHDRAWN
        note = promise_whole if is_whole else promise_objects
        self.write(lambda connection: note(connection, asset_id, keys, now_s=time.time()))

    def gone(self, removal: Removal) -> None:
        """Let what was noted be due, and servers give nothing of it from memory."""
        asset_id = _asset_of(removal)
        if asset_id is None:
            return

        async def write(connection: AsyncConnection) -> None:
            now_s = time.time()
            await release(connection, asset_id, now_s=now_s)
            await tell(connection, EventKind.OBJECTS_REMOVED, asset_id, "", {}, now_s=now_s)

        self.write(write)


def _asset_of(removal: Removal) -> str | None:
    """Return whose revision goes; None where it is something else."""
    folder, _, rest = removal.folder.partition("/")
    return rest.partition("/")[0] if folder == MEDIA_PREFIX else None
