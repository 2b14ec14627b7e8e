"""Changing tracks over HTTP: each change is a transaction, with what is told of it at its end."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.endpoint import Answer, Call
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.api.preconditions import require_version
from origin.companion.catalogue import events
from origin.companion.catalogue.asset_owner import AssetOwner
from origin.companion.catalogue.tracks import checks, rows
from origin.companion.catalogue.tracks.given import track_of
from origin.companion.catalogue.tracks.models import TrackChange, TrackDraft
from origin.companion.catalogue.visibility import may_see_track
from origin.companion.catalogue.words import with_days_as_text
from origin.companion.database import Database
from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import Visibility, require_change
from origin.delivery.errors import NotFound


class TrackChanges:
    """What is done to tracks; ``new_id`` makes ids, ``owner_of`` tells whose an asset is."""

    def __init__(self, database: Database, new_id: Callable[[], str], owner_of: AssetOwner) -> None:
        self._database = database
        self._new_id = new_id
        self._owner_of = owner_of

    async def create(self, call: Call[NoQuery, TrackDraft]) -> Answer:
        """Without an asset it is a draft, which nobody else sees."""
        said = with_days_as_text(call.body.model_dump())
        track_id = self._new_id()
        async with self._database.change() as connection:
            user_id = await checks.hold_artist(connection, said["artist_id"], call.user)
            await self._check(connection, said, track_id, said["artist_id"], user_id)
            times = {"created_s": call.now_s, "updated_s": call.now_s}
            own = {"id": track_id, "user_id": user_id, **times}
            await rows.add(connection, {**said, **own}, now_s=call.now_s)
            made = await found(connection, track_id)
            await _tell(connection, "track.created", made, said, call.now_s)
        location = {"Location": f"/v1/tracks/{track_id}"}
        return Answer(track_of(made, call.user), HTTPStatus.CREATED, location, made.version)

    async def change(self, call: Call[NoQuery, TrackChange]) -> Answer:
        """With `If-Match`, only if it still says what you saw; plays do not matter for that."""
        said = with_days_as_text(call.body.said())
        async with self._database.change() as connection:
            seen = await found(connection, call.ids["track_id"])
            _require_change(call.user, seen)
            await self._check(connection, said, seen.id, seen.artist_id, seen.user_id)
            before = await found(connection, seen.id, to_change=True)
            require_version(call.request, before.version)
            if said.get("album_id") == before.album_id:
                said.pop("album_position", None)  # it is there already, and stays where it is
            await rows.change(connection, before, said, now_s=call.now_s)
            after = await found(connection, seen.id)
            await _tell(connection, "track.changed", after, said, call.now_s)
        return Answer(track_of(after, call.user), version=after.version)

    async def delete(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Take it out of all lists at once; what it plays goes after it."""
        async with self._database.change() as connection:
            before = await found(connection, call.ids["track_id"], to_change=True)
            _require_change(call.user, before)
            require_version(call.request, before.version)
            await rows.remove(connection, [before.id], now_s=call.now_s)
            await _tell(connection, "track.deleted", before, {}, call.now_s)
        return Answer(status=HTTPStatus.NO_CONTENT)

    async def _check(
        self,
        connection: AsyncConnection,
        said: dict[str, Any],
        track_id: str,
        artist_id: str,
        user_id: str,
    ) -> None:
        """Hold what is referred to, and say where in the album it gets."""
        if said.get("album_id") is not None:
            await checks.hold_album(connection, said["album_id"], artist_id)
            said["album_position"] = await rows.end_of(connection, said["album_id"], track_id)
        elif "album_id" in said:
            said["album_position"] = None
        if said.get("asset_id") is not None:
            await checks.check_asset(connection, said["asset_id"], user_id, self._owner_of)


async def found(connection: AsyncConnection, track_id: str, *, to_change: bool = False) -> Row[Any]:
    """Return a track; raises NotFound."""
    row = await rows.find(connection, track_id, to_change=to_change)
    if row is None:
        raise NotFound("There is no track with this id.")
    return row


def _require_change(principal: Principal, row: Row[Any]) -> None:
    if not may_see_track(principal, row):
        raise NotFound("There is no track with this id.")
    require_change(principal, row.user_id, Visibility(row.visibility))


async def _tell(
    connection: AsyncConnection, kind: str, row: Row[Any], said: Mapping[str, Any], now_s: float
) -> None:
    content = {**events.of_track(row), "fields": sorted(said)}
    await events.tell(connection, kind, row.id, row.user_id, content, now_s=now_s)
