"""A track's own artwork over HTTP."""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

import structlog
from obstore.store import ObjectStore
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.layout import TrackArtwork
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.known_fields import ETAG, IF_MATCH
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.api.preconditions import require_version
from origin.companion.artwork import lifecycle
from origin.companion.artwork.pictures import TYPES, Pictures, PictureUnusable
from origin.companion.catalogue import events
from origin.companion.catalogue.cover import Cover, Picture
from origin.companion.catalogue.tracks import rows
from origin.companion.catalogue.tracks.given import track_of
from origin.companion.catalogue.tracks.making import found, require_own
from origin.companion.catalogue.tracks.models import Track
from origin.companion.catalogue.tracks.telling import news
from origin.companion.database import Database
from origin.companion.identity.principal import Principal, Role, Scope
from origin.companion.media import Media
from origin.companion.uploads.receiving import BrokenOff
from origin.companion.uploads.rules import QuotaExceeded
from origin.delivery.errors import (
    ContentTooLarge,
    MediaTypeUnsupported,
    NotFound,
    PreconditionFailed,
    RequestTimedOut,
    StoreUnavailable,
    TooManyRequests,
)
from packager.errors import StoreFailed, first_line
from packager.publishing.storage import Storage
from packager.source.cover import ArtworkSet

_CREATORS: Final = Who(Role.CREATOR, Scope.CATALOGUE)
_STORES_S: Final = 20.0
_SAID: Final = {"artwork": None}

_log = structlog.get_logger("soundbridge.artwork")


class Artwork:
    """The endpoints; ``new_id`` makes ids."""

    def __init__(
        self,
        database: Database,
        media: Media,
        new_id: Callable[[], str],
        pictures: Pictures | None = None,
    ) -> None:
        self._database = database
        self._media = media
        self._new_id = new_id
        self._pictures = pictures or Pictures()

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        path = "/v1/tracks/{track_id}/artwork"
        return [
            Endpoint(
                method="PUT", path=path, name="putTrackArtwork", tag="tracks",
                summary="Give a track artwork", handle=self.put, who=_CREATORS, gives=Track,
                takes_bytes=True, body_types=TYPES, takes_fields=(IF_MATCH,), gives_fields=(ETAG,),
                is_piecemeal=True,
                raises=(
                    BrokenOff, ContentTooLarge, MediaTypeUnsupported, PictureUnusable,
                    PreconditionFailed, QuotaExceeded, RequestTimedOut, StoreUnavailable,
                    TooManyRequests,
                ),
            ),
            Endpoint(
                method="DELETE", path=path, name="deleteTrackArtwork", tag="tracks",
                summary="Take a track's artwork away", handle=self.delete, who=_CREATORS,
                status=HTTPStatus.NO_CONTENT, raises=(PreconditionFailed,),
                takes_fields=(IF_MATCH,),
            ),
        ]  # fmt: skip

    async def put(self, call: Call[NoQuery, NoBody]) -> Answer:
        """In place of the cover that its sound has, and of what was there: a picture as the body.

        JPEG, PNG or WebP, by its content; 20 MB and 40 million pixels at most. Three sizes are made
        of it, none of them larger than it is. With `If-Match`, only if the track is as you saw it.
        """
        async with self._database.look(call.principal) as connection:
            await _own(connection, call)
        artwork = await self._pictures.take(call.request, call.user.user_id)
        async with self._database.change() as connection:
            before = await _own(connection, call)
            where = TrackArtwork(before.id, self._new_id())
            await lifecycle.begin(
                connection, where.artwork_id, before.id, before.user_id, now_s=call.now_s
            )
        objects, cover = _named(where, artwork)
        await self._store(objects)
        async with self._database.change() as connection:
            before = await _own(connection, call, to_change=True)
            if not await lifecycle.show(connection, where.artwork_id, before.id, now_s=call.now_s):
                raise StoreUnavailable("Storing it took too long. Send it again.")
            after = await _changed(connection, before, cover.to_json(), call.now_s)
        return Answer(track_of(after, call.user), version=after.version)

    async def delete(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Show the cover of its sound again, where that has one."""
        async with self._database.change() as connection:
            before = await _own(connection, call, to_change=True)
            if before.artwork is not None:
                await lifecycle.let_go(connection, [before.id], now_s=call.now_s)
                await _changed(connection, before, None, call.now_s)
        return Answer(status=HTTPStatus.NO_CONTENT)

    async def _store(self, objects: dict[str, bytes]) -> None:
        try:
            async with asyncio.timeout(_STORES_S):
                await asyncio.to_thread(_put_all, self._media.store, objects)
        except (StoreFailed, TimeoutError) as error:
            _log.warning("artwork not stored", cause=first_line(error))
            raise StoreUnavailable(
                "The storage does not answer now; nothing was changed. Try again soon."
            ) from error


async def _own(
    connection: AsyncConnection, call: Call[NoQuery, NoBody], *, to_change: bool = False
) -> Row[Any]:
    """Return a track of who asks, as they saw it; raises NotFound or PreconditionFailed."""
    row = await found(connection, call.ids["track_id"], to_change=to_change)
    _require(call.user, row)
    require_version(call.request, row.version)
    return row


def _require(principal: Principal, row: Row[Any]) -> None:
    if row.artist_deleted_s is not None:
        raise NotFound("There is no track with this id.")
    require_own(principal, row)


async def _changed(
    connection: AsyncConnection, before: Row[Any], artwork: str | None, now_s: float
) -> Row[Any]:
    """Write what a track shows, and tell of it: the end of a transaction."""
    await rows.change(connection, before, {"artwork": artwork}, now_s=now_s)
    after = await found(connection, before.id)
    await events.tell_all(connection, [news("track.changed", after, _SAID)], now_s=now_s)
    return after


def _named(where: TrackArtwork, artwork: ArtworkSet) -> tuple[dict[str, bytes], Cover]:
    """Return the objects by their keys, and what a track says of them."""
    objects, pictures = {}, []
    for made in artwork.covers:
        key = where.key(made.box_px, hashlib.sha256(made.data).hexdigest())
        objects[key] = made.data
        pictures.append(Picture(key, made.width_px, made.height_px, made.media_type))
    return objects, Cover(tuple(pictures), artwork.placeholder)


def _put_all(store: ObjectStore, objects: dict[str, bytes]) -> None:
    with Storage(store) as storage:
        storage.put_all(objects)
