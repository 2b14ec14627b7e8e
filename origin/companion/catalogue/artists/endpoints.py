"""Artists over HTTP."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from sqlalchemy import Row

from origin.companion.api import cursor
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.known_fields import ETAG, LOCATION
from origin.companion.api.models import NoBody, NoQuery, Page, Paged
from origin.companion.api.paging import page_of, rows_for
from origin.companion.api.preconditions import require_version
from origin.companion.caching.policy import Keeping, of_one
from origin.companion.catalogue import events, kept
from origin.companion.catalogue.artists import rows
from origin.companion.catalogue.artists.models import Artist, ArtistChange, ArtistDraft
from origin.companion.catalogue.artists.rows import HandleTaken
from origin.companion.catalogue.emptying import empty_artist, has_sound
from origin.companion.catalogue.withdrawal import Withdrawal
from origin.companion.database import Database
from origin.companion.identity.principal import Role, Scope
from origin.companion.identity.rules import Visibility, require_change
from origin.delivery.errors import DatabaseUnavailable, Forbidden, NotFound, PreconditionFailed

_CREATORS = Who(Role.CREATOR, Scope.CATALOGUE)
_READERS = Who(Role.CREATOR, Scope.READ)
_BATCHES_MAX: Final = 4
"""Of what was an artist's, before it is said that it is gone; the rest goes afterwards."""


class Artists:
    """The endpoints; ``new_id`` makes ids, ``withdrawal`` takes away what tracks play."""

    def __init__(
        self, database: Database, new_id: Callable[[], str], withdrawal: Withdrawal
    ) -> None:
        self._database = database
        self._withdrawal = withdrawal
        self._new_id = new_id

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        one = "/v1/artists/{artist_id}"
        return [
            Endpoint(
                method="GET", path="/v1/artists", name="listArtists", tag="artists",
                summary="List artists, the newest first", handle=self.list,
                query=Paged, gives=Page[Artist], kept=Keeping(kept.of_artists),
            ),
            Endpoint(
                method="GET", path="/v1/me/artists", name="listOwnArtists", tag="artists",
                summary="List your artists, the newest first", handle=self.list_own, who=_READERS,
                query=Paged, gives=Page[Artist],
            ),
            Endpoint(
                method="POST", path="/v1/artists", name="createArtist", tag="artists",
                summary="Make an artist", handle=self.create, who=_CREATORS,
                body=ArtistDraft, gives=Artist, status=HTTPStatus.CREATED, raises=(HandleTaken,),
                gives_fields=(LOCATION, ETAG),
            ),
            Endpoint(
                method="GET", path=one, name="getArtist", tag="artists",
                summary="Get an artist", handle=self.get, gives=Artist,
                kept=of_one(kept.of_artist),
            ),
            Endpoint(
                method="PATCH", path=one, name="changeArtist", tag="artists",
                summary="Change what is said of an artist", handle=self.change, who=_CREATORS,
                body=ArtistChange, gives=Artist, raises=(HandleTaken, PreconditionFailed),
                gives_fields=(ETAG,),
            ),
            Endpoint(
                method="DELETE", path=one, name="deleteArtist", tag="artists",
                summary="Take an artist away", handle=self.delete, who=_CREATORS,
                status=HTTPStatus.NO_CONTENT, raises=(PreconditionFailed,),
            ),
        ]  # fmt: skip

    async def list(self, call: Call[Paged, NoBody]) -> Answer:
        """Those that were made last come first."""
        return await self._page(call, None)

    async def list_own(self, call: Call[Paged, NoBody]) -> Answer:
        """Those that you made last come first."""
        return await self._page(call, call.user.user_id)

    async def _page(self, call: Call[Paged, NoBody], user_id: str | None) -> Answer:
        asked = call.query
        behind = None if asked.cursor is None else cursor.read(asked.cursor, (float, str))
        async with self._database.look(call.principal) as connection:
            found = await rows.newest(connection, behind, rows_for(asked.limit), user_id=user_id)
        page, on = page_of(found, asked.limit, key=_key, shown=bool)
        return Answer(Page[Artist](items=[_artist(row) for row in page], next=on))

    async def create(self, call: Call[NoQuery, ArtistDraft]) -> Answer:
        """Take the handle, too, for as long as the artist is there."""
        values = call.body.model_dump() | {
            "id": self._new_id(),
            "user_id": call.user.user_id,
            "created_s": call.now_s,
            "updated_s": call.now_s,
            "version": 1,
        }
        async with self._database.change() as connection:
            await rows.add(connection, values)
            made = await _found(connection, values["id"])
            await events.tell(
                connection, "artist.created", made.id, made.user_id, {}, now_s=call.now_s
            )
        location = {"Location": f"/v1/artists/{made.id}"}
        return Answer(_artist(made), HTTPStatus.CREATED, location, made.version)

    async def get(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Artists are public."""
        async with self._database.look(call.principal) as connection:
            row = await _found(connection, call.ids["artist_id"])
        return Answer(_artist(row), version=row.version)

    async def change(self, call: Call[NoQuery, ArtistChange]) -> Answer:
        """With `If-Match`, only if it is still as you saw it."""
        artist_id = call.ids["artist_id"]
        said = call.body.said()
        async with self._database.change() as connection:
            before = await _found(connection, artist_id, to_change=True)
            require_change(call.user, before.user_id, Visibility.PUBLIC)
            require_version(call.request, before.version)
            await rows.change(connection, artist_id, said | {"updated_s": call.now_s})
            after = await _found(connection, artist_id)
            content = {"fields": sorted(said)}
            await events.tell(
                connection, "artist.changed", artist_id, after.user_id, content, now_s=call.now_s
            )
        return Answer(_artist(after), version=after.version)

    async def delete(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Its tracks, what they play, and its albums go with it, out of sight at once.

        Its handle stays taken.
        """
        artist_id = call.ids["artist_id"]
        async with self._database.change() as connection:
            before = await _found(connection, artist_id, to_change=True)
            require_change(call.user, before.user_id, Visibility.PUBLIC)
            require_version(call.request, before.version)
            if Scope.UPLOAD not in call.user.scopes and await has_sound(connection, artist_id):
                raise Forbidden(f"Sound goes, too: show what is good for `{Scope.UPLOAD}`.")
            await rows.change(connection, artist_id, {"deleted_s": call.now_s})
            await events.tell(
                connection, "artist.deleted", artist_id, before.user_id, {}, now_s=call.now_s
            )
        with suppress(DatabaseUnavailable):  # the artist is gone; what was theirs goes later
            await empty_artist(
                self._database,
                self._withdrawal,
                artist_id,
                now_s=call.now_s,
                batches_max=_BATCHES_MAX,
            )
        return Answer(status=HTTPStatus.NO_CONTENT)


def _key(row: Row[Any]) -> cursor.Key:
    return (row.created_s, row.id)


async def _found(connection: Any, artist_id: str, *, to_change: bool = False) -> Row[Any]:
    found = await rows.find(connection, artist_id, to_change=to_change)
    if found is None:
        raise NotFound("There is no artist with this id.")
    return found


def _artist(row: Row[Any]) -> Artist:
    return Artist(
        id=row.id,
        name=row.name,
        handle=row.handle,
        description=row.description,
        follower_count=row.follower_count,
        created_at=row.created_s,
        updated_at=row.updated_s,
    )
