"""What the first page is sure to ask for, told to browsers before its scripts can ask.

Listeners' page shows the newest track: its cover, which is the largest thing there, what the origin
says of it, and its playlist. Named in the ``Link`` field of the page (RFC 8288; ``preload`` is
HTML's), they come beside the scripts, not after them and the list. The track is looked up once a
second at most, and no page waits long for that.
"""

import asyncio
import time
from collections.abc import Callable
from math import inf
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from origin.companion.catalogue.cover import Cover
from origin.companion.catalogue.tracks import lists
from origin.companion.catalogue.visibility import is_listed
from origin.companion.database import Database
from origin.delivery.errors import ApiError

KEPT_S: Final = 1.0
_WAIT_S: Final = 0.05
_LOOKED_AT: Final = 5
"""Of the newest, some may just have ceased to be for all. Others the page finds itself."""
_WIDTH_MAX_PX: Final = 1024
_SIZES: Final = "(min-width: 52rem) 20rem, 90vw"
"""As ``cover.js`` has them, so that the browser takes the same picture."""


class FirstTrack:
    """Of one process; ``clock`` tells monotonic seconds."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._clock = clock
        self._known: str | None = None
        self._known_s = -inf
        self._look: asyncio.Task[None] | None = None

    async def link(self) -> str | None:
        """Return the value of ``Link``; None where there is no track, or nobody knows in time."""
        if not self._is_known():
            if self._look is None or self._look.done():
                self._look = asyncio.create_task(self._find(), name="first track")
            await asyncio.wait({self._look}, timeout=_WAIT_S)
        return self._known if self._is_known() else None

    def _is_known(self) -> bool:
        return self._clock() - self._known_s < KEPT_S

    async def _find(self) -> None:
        known = None
        try:
            async with self._database.look(None) as connection:
                found = await lists.read(connection, lists.newest(None, _LOOKED_AT))
            for row in filter(is_listed, found):
                known = links(row.playback_id, Cover.shown(row.artwork, row.cover))
                break
        except (ApiError, SQLAlchemyError):
            pass  # the page can do without
        self._known, self._known_s = known, self._clock()


def links(playback_id: str, cover: Cover) -> str:
    """Return what has a browser fetch a track's cover, if any, and what it plays by. Pure."""
    told = [
        f"<{playback_id}.{suffix}>; rel=preload; as=fetch; crossorigin"
        for suffix in ("json", "m3u8")
    ]
    return ", ".join([_to_picture(cover), *told] if cover.pictures else told)


def _to_picture(cover: Cover) -> str:
    fitting = [one for one in cover.pictures if one.width_px <= _WIDTH_MAX_PX]
    largest = max(fitting or cover.pictures[:1], key=lambda one: one.width_px)
    set_of = ", ".join(f"{one.url} {one.width_px}w" for one in cover.pictures)
    return (
        f"<{largest.url}>; rel=preload; as=image; fetchpriority=high"
        f'; imagesrcset="{set_of}"; imagesizes="{_SIZES}"'
    )
