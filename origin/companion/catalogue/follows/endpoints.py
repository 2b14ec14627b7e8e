"""Follows over HTTP."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import Row

from origin.companion.api import cursor
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery, Page, Paged
from origin.companion.api.paging import page_of, rows_for
from origin.companion.catalogue import events
from origin.companion.catalogue.follows import rows
from origin.companion.catalogue.follows.models import Follow
from origin.companion.catalogue.follows.newest import newest_tracks
from origin.companion.catalogue.follows.rows import FollowsTooMany
from origin.companion.catalogue.tracks.given import track_of
from origin.companion.catalogue.tracks.models import ArtistName, Track
from origin.companion.catalogue.tracks.questions import BY_DATE
from origin.companion.catalogue.visibility import is_listed, is_there
from origin.companion.database import Database
from origin.companion.identity.principal import Role, Scope
from origin.delivery.errors import NotFound

_USERS = Who(Role.LISTENER, Scope.ACCOUNT)
_READERS = Who(Role.LISTENER, Scope.READ)


class Follows:
    """The endpoints."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        one = "/v1/me/follows/{artist_id}"
        return [
            Endpoint(
                method="GET", path="/v1/me/follows", name="listFollows", tag="follows",
                summary="List whom you follow", handle=self.list, who=_READERS,
                query=Paged, gives=Page[Follow],
            ),
            Endpoint(
                method="GET", path="/v1/me/follows/tracks", name="listFollowedTracks",
                tag="follows", summary="List what those whom you follow published",
                handle=self.list_tracks, who=_READERS, query=Paged, gives=Page[Track],
            ),
            Endpoint(
                method="PUT", path=one, name="follow", tag="follows",
                summary="Follow an artist", handle=self.follow, who=_USERS,
                status=HTTPStatus.NO_CONTENT, raises=(FollowsTooMany,),
            ),
            Endpoint(
                method="DELETE", path=one, name="unfollow", tag="follows",
                summary="Follow an artist no more", handle=self.unfollow, who=_USERS,
                status=HTTPStatus.NO_CONTENT,
            ),
        ]  # fmt: skip

    async def list(self, call: Call[Paged, NoBody]) -> Answer:
        """Those whom you follow since the least time come first."""
        asked = call.query
        behind = None if asked.cursor is None else cursor.read(asked.cursor, (float, str))
        async with self._database.look_now() as connection:  # listeners write here, too
            user_id, limit = call.user.user_id, rows_for(asked.limit)
            found = await rows.newest(connection, user_id, behind, limit)
        page, on = page_of(found, asked.limit, key=_key, shown=is_there)
        return Answer(Page[Follow](items=[_follow(row) for row in page], next=on))

    async def list_tracks(self, call: Call[Paged, NoBody]) -> Answer:
        """Those published last come first. A page can be short and go on: `next` tells the end."""
        asked = call.query
        behind = BY_DATE.read(asked.cursor)
        async with self._database.look_now() as connection:  # of whom one follows by now
            user_id, limit = call.user.user_id, rows_for(asked.limit)
            found, floor = await newest_tracks(connection, user_id, behind, limit)
        page, on = page_of(found, asked.limit, key=BY_DATE.of, shown=is_listed)
        if on is None and floor is not None:  # what was there a moment ago is not any more
            on = cursor.write(floor)
        items = [track_of(row, call.principal) for row in page]
        return Answer(Page[Track](items=items, next=on))

    async def follow(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Doing so twice is doing so once."""
        artist_id, user_id = call.ids["artist_id"], call.user.user_id
        async with self._database.change() as connection:
            if not await rows.hold_artist(connection, artist_id):
                raise NotFound("There is no artist with this id.")
            if await rows.add(connection, user_id, artist_id, call.now_s):
                await events.tell(
                    connection, "follow.created", artist_id, user_id, {}, now_s=call.now_s
                )
        return Answer(status=HTTPStatus.NO_CONTENT)

    async def unfollow(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Whom you do not follow, you do not follow afterwards, either."""
        artist_id, user_id = call.ids["artist_id"], call.user.user_id
        async with self._database.change() as connection:
            await rows.hold_artist(connection, artist_id)
            if await rows.remove(connection, user_id, artist_id):
                await events.tell(
                    connection, "follow.deleted", artist_id, user_id, {}, now_s=call.now_s
                )
        return Answer(status=HTTPStatus.NO_CONTENT)


def _key(row: Row[Any]) -> cursor.Key:
    return (row.created_s, row.artist_id)


def _follow(row: Row[Any]) -> Follow:
    artist = ArtistName(id=row.artist_id, name=row.artist_name, handle=row.artist_handle)
    return Follow(artist=artist, followed_at=row.created_s)
