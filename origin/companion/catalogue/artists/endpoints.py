"""Artists over HTTP."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import Row

from origin.companion.api import cursor
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery, Page, Paged
from origin.companion.api.preconditions import require_match
from origin.companion.catalogue import events
from origin.companion.catalogue.artists import rows
from origin.companion.catalogue.artists.models import Artist, ArtistChange, ArtistDraft
from origin.companion.catalogue.artists.rows import HandleTaken
from origin.companion.database import Database
from origin.companion.identity.principal import Role, Scope
from origin.companion.identity.rules import Visibility, require_change
from origin.delivery.errors import NotFound, PreconditionFailed

_CREATORS = Who(Role.CREATOR, Scope.CATALOGUE)


class Artists:
    """The endpoints; ``new_id`` makes ids."""

    def __init__(self, database: Database, new_id: Callable[[], str]) -> None:
        self._database = database
        self._new_id = new_id

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        one = "/v1/artists/{artist_id}"
        return [
            Endpoint(
                method="GET", path="/v1/artists", name="listArtists", tag="artists",
                summary="List artists, the newest first", handle=self.list,
                query=Paged, gives=Page[Artist],
            ),
            Endpoint(
                method="POST", path="/v1/artists", name="createArtist", tag="artists",
                summary="Make an artist", handle=self.create, who=_CREATORS,
                body=ArtistDraft, gives=Artist, status=HTTPStatus.CREATED, raises=(HandleTaken,),
            ),
            Endpoint(
                method="GET", path=one, name="getArtist", tag="artists",
                summary="Get an artist", handle=self.get, gives=Artist,
            ),
            Endpoint(
                method="PATCH", path=one, name="changeArtist", tag="artists",
                summary="Change what is said of an artist", handle=self.change, who=_CREATORS,
                body=ArtistChange, gives=Artist, raises=(HandleTaken, PreconditionFailed),
            ),
            Endpoint(
                method="DELETE", path=one, name="deleteArtist", tag="artists",
                summary="Take an artist away", handle=self.delete, who=_CREATORS,
                status=HTTPStatus.NO_CONTENT, raises=(PreconditionFailed,),
            ),
        ]  # fmt: skip

    async def list(self, call: Call[Paged, NoBody]) -> Answer:
        """Those that were made last come first."""
        asked = call.query
        behind = None if asked.cursor is None else cursor.read(asked.cursor, (float, str))
        async with self._database.look(call.principal) as connection:
            found = await rows.newest(connection, behind, asked.limit + 1)
        here = found[: asked.limit]
        last = here[-1] if len(found) > asked.limit else None
        on = None if last is None else cursor.write((last.created_s, last.id))
        return Answer(Page[Artist](items=[_artist(row) for row in here], next=on))

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
        return Answer(_artist(made), HTTPStatus.CREATED, location)

    async def get(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Artists are public."""
        async with self._database.look(call.principal) as connection:
            return Answer(_artist(await _found(connection, call.ids["artist_id"])))

    async def change(self, call: Call[NoQuery, ArtistChange]) -> Answer:
        """With `If-Match`, only if it is still as you saw it."""
        artist_id = call.ids["artist_id"]
        said = call.body.model_dump(exclude_none=True)
        async with self._database.change() as connection:
            before = await _found(connection, artist_id, to_change=True)
            require_change(call.user, before.user_id, Visibility.PUBLIC)
            require_match(call.request, _artist(before))
            await rows.change(connection, artist_id, said | {"updated_s": call.now_s})
            after = await _found(connection, artist_id)
            await events.tell(
                connection, "artist.changed", artist_id, after.user_id, {}, now_s=call.now_s
            )
        return Answer(_artist(after))

    async def delete(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Its tracks and albums go with it. Its handle stays taken."""
        artist_id = call.ids["artist_id"]
        async with self._database.change() as connection:
            before = await _found(connection, artist_id, to_change=True)
            require_change(call.user, before.user_id, Visibility.PUBLIC)
            require_match(call.request, _artist(before))
            await rows.change(connection, artist_id, {"deleted_s": call.now_s})
            await events.tell(
                connection, "artist.deleted", artist_id, before.user_id, {}, now_s=call.now_s
            )
        return Answer(status=HTTPStatus.NO_CONTENT)


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
        created_at=row.created_s,
        updated_at=row.updated_s,
    )
