"""Changing albums over HTTP: each change is a transaction, with what is told of it at its end."""

from collections.abc import Callable
from http import HTTPStatus

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.endpoint import Answer, Call
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.api.preconditions import require_version
from origin.companion.catalogue import events
from origin.companion.catalogue.albums import rows
from origin.companion.catalogue.albums.given import TRACKS_DEFAULT, found, whole
from origin.companion.catalogue.albums.models import AlbumChange, AlbumDraft
from origin.companion.catalogue.tracks.checks import hold_artist
from origin.companion.catalogue.visibility import may_see_album
from origin.companion.catalogue.words import with_days_as_text
from origin.companion.database import Database
from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import Visibility, require_change
from origin.delivery.errors import NotFound


class AlbumChanges:
    """What is done to albums; ``new_id`` makes ids."""

    def __init__(self, database: Database, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    async def create(self, call: Call[NoQuery, AlbumDraft]) -> Answer:
        """Without tracks, which say by themselves that they are in it."""
        said = with_days_as_text(call.body.model_dump())
        album_id = self._new_id()
        async with self._database.change() as connection:
            user_id = await hold_artist(connection, said["artist_id"], call.user)
            times = {"created_s": call.now_s, "updated_s": call.now_s}
            own = {"id": album_id, "user_id": user_id, **times}
            await rows.add(connection, {**said, **own}, now_s=call.now_s)
            row = await found(connection, album_id)
            made = await whole(connection, row, call.user, TRACKS_DEFAULT)
            content = {"artist_id": row.artist_id, "fields": sorted(said)}
            await events.tell(
                connection, "album.created", album_id, user_id, content, now_s=call.now_s
            )
        location = {"Location": f"/v1/albums/{album_id}"}
        return Answer(made, HTTPStatus.CREATED, location, row.version)

    async def change(self, call: Call[NoQuery, AlbumChange]) -> Answer:
        """With `If-Match`, only if it still says what you saw. Its order is all of it, or none."""
        said = with_days_as_text(call.body.said())
        fields, order = sorted(said), said.pop("track_ids", None)
        async with self._database.change() as connection:
            before = await self._held(connection, call, call.ids["album_id"])
            if order is not None:
                await rows.reorder(connection, before.id, order)
            await rows.change(connection, before, said, now_s=call.now_s)
            after = await found(connection, before.id)
            changed = await whole(connection, after, call.user, TRACKS_DEFAULT)
            content = {"artist_id": after.artist_id, "fields": fields}
            await events.tell(
                connection, "album.changed", after.id, after.user_id, content, now_s=call.now_s
            )
        return Answer(changed, version=after.version)

    async def delete(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Its tracks stay, and are in no album."""
        async with self._database.change() as connection:
            before = await self._held(connection, call, call.ids["album_id"])
            left = await rows.remove(connection, before.id, now_s=call.now_s)
            content = {"artist_id": before.artist_id, "track_ids": left}
            await events.tell(
                connection, "album.deleted", before.id, before.user_id, content, now_s=call.now_s
            )
        return Answer(status=HTTPStatus.NO_CONTENT)

    async def _held(
        self,
        connection: AsyncConnection,
        call: Call[NoQuery, AlbumChange] | Call[NoQuery, NoBody],
        album_id: str,
    ) -> Row[tuple[object, ...]]:
        """Return an album that who asks may change, as it was seen, and hold it."""
        row = await found(connection, album_id, to_change=True)
        _require_change(call.user, row)
        require_version(call.request, row.version)
        return row


def _require_change(principal: Principal, row: Row[tuple[object, ...]]) -> None:
    if not may_see_album(principal, row):
        raise NotFound("There is no album with this id.")
    require_change(principal, row.user_id, Visibility(row.visibility))
