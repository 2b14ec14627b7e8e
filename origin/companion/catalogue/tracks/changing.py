"""Changing tracks over HTTP: each change is a transaction, with what is told of it at its end."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.endpoint import Answer, Call
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.api.preconditions import require_version
from origin.companion.catalogue import events
from origin.companion.catalogue.asset_owner import AssetOwner
from origin.companion.catalogue.tracks import rows
from origin.companion.catalogue.tracks.given import track_of
from origin.companion.catalogue.tracks.making import found, hold, make, require_own
from origin.companion.catalogue.tracks.models import TrackChange, TrackDeletion, TrackDraft
from origin.companion.catalogue.tracks.telling import news
from origin.companion.catalogue.withdrawal import Withdrawal
from origin.companion.catalogue.words import with_days_as_text
from origin.companion.database import Database
from origin.companion.identity.principal import Scope
from origin.delivery.errors import Conflict, Forbidden

_REFERS: Final = frozenset({"album_id", "asset_id"})
"""What a track says of other things."""


class ChangedMeanwhile(Conflict):
    """Somebody changed it in the very moment."""

    code = "changed_meanwhile"

    def __init__(self) -> None:
        super().__init__("This was changed just now by another request. Send yours again.")


class TrackChanges:
    """What is done to tracks; ``new_id`` makes ids, ``owner_of`` tells whose an asset is.

    ``withdrawal`` takes assets away.
    """

    def __init__(
        self,
        database: Database,
        new_id: Callable[[], str],
        owner_of: AssetOwner,
        withdrawal: Withdrawal,
    ) -> None:
        self._withdrawal = withdrawal
        self._database = database
        self._new_id = new_id
        self._owner_of = owner_of

    async def create(self, call: Call[NoQuery, TrackDraft]) -> Answer:
        """Without an asset it is a draft, which nobody else sees."""
        track_id, draft = self._new_id(), call.body.model_dump()
        async with self._database.change() as connection:
            made, told = await make(
                connection, call.user, draft, track_id, self._owner_of, now_s=call.now_s
            )
            await events.tell_all(connection, [told], now_s=call.now_s)
        location = {"Location": f"/v1/tracks/{track_id}"}
        return Answer(track_of(made, call.user), HTTPStatus.CREATED, location, made.version)

    async def change(self, call: Call[NoQuery, TrackChange]) -> Answer:
        """With `If-Match`, only if it still says what you saw; plays do not matter for that."""
        said = with_days_as_text(call.body.said())
        async with self._database.change() as connection:
            if not _REFERS.isdisjoint(said):
                await self._hold(connection, call, said)
            before = await found(connection, call.ids["track_id"], to_change=True)
            require_own(call.user, before)
            require_version(call.request, before.version)
            if said.get("album_id") == before.album_id:
                said.pop("album_position", None)  # it is there already, and stays where it is
            await rows.change(connection, before, said, now_s=call.now_s)
            after = await found(connection, before.id)
            told = news("track.changed", after, said)
            await events.tell_all(connection, [told], now_s=call.now_s)
        return Answer(track_of(after, call.user), version=after.version)

    async def _hold(
        self, connection: AsyncConnection, call: Call[NoQuery, TrackChange], said: dict[str, Any]
    ) -> None:
        """Hold what a track is to refer to, which is held before the track is."""
        seen = await found(connection, call.ids["track_id"])
        require_own(call.user, seen)
        await hold(
            connection,
            said,
            self._owner_of,
            track_id=seen.id,
            artist_id=seen.artist_id,
            user_id=seen.user_id,
        )

    async def delete(self, call: Call[TrackDeletion, NoBody]) -> Answer:
        """Take it out of all lists at once, and let what it plays play no more, anywhere.

        With `keep_asset`, its sound plays on by its playback id, and another track may have it.
        Uploads for it that are not complete end, with or without.
        """
        async with self._database.change() as connection:
            seen = await found(connection, call.ids["track_id"])
            require_own(call.user, seen)
            gone = [] if call.query.keep_asset or seen.asset_id is None else [seen.asset_id]
            if gone and Scope.UPLOAD not in call.user.scopes:
                raise Forbidden(
                    f"Its sound goes, too: show what is good for `{Scope.UPLOAD}`, or keep_asset."
                )
            await self._withdrawal.hold(connection, gone, for_tracks=[seen.id])
            before = await found(connection, seen.id, to_change=True)
            require_version(call.request, before.version)
            if not call.query.keep_asset and before.asset_id != seen.asset_id:
                raise ChangedMeanwhile
            await rows.remove(connection, [before.id], now_s=call.now_s)
            told = [news("track.deleted", before, {})]
            told += await self._withdrawal.withdraw(
                connection, gone, for_tracks=[seen.id], now_s=call.now_s
            )
            await events.tell_all(connection, told, now_s=call.now_s)
        await self._withdrawal.follow(gone)
        return Answer(status=HTTPStatus.NO_CONTENT)
