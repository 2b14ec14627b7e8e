"""Albums over HTTP."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import Row, Select

from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.errors import FieldError, QueryInvalid
from origin.companion.api.known_fields import ETAG, LOCATION
from origin.companion.api.models import NoBody, NoQuery, Page
from origin.companion.api.paging import page_of, rows_for
from origin.companion.caching.policy import Keeping, of_one
from origin.companion.catalogue import kept
from origin.companion.catalogue.albums import rows
from origin.companion.catalogue.albums.changing import AlbumChanges
from origin.companion.catalogue.albums.given import TRACKS_DEFAULT, album_of, found, whole
from origin.companion.catalogue.albums.models import (
    Album,
    AlbumChange,
    AlbumDraft,
    AlbumsAsked,
    OwnAlbumsAsked,
    WholeAlbum,
)
from origin.companion.catalogue.albums.rows import TracksDiffer
from origin.companion.catalogue.tracks.lists import Reading, read
from origin.companion.catalogue.tracks.questions import BY_CREATION, BY_DATE, Key
from origin.companion.catalogue.visibility import is_there, may_see_album
from origin.companion.database import Database
from origin.companion.identity.principal import Role, Scope
from origin.delivery.errors import NotFound, PreconditionFailed

_CREATORS = Who(Role.CREATOR, Scope.CATALOGUE)
_READERS = Who(Role.CREATOR, Scope.READ)
_ORDER_BYTES_MAX = 512 * 1024


class Albums:
    """The endpoints; ``new_id`` makes ids."""

    def __init__(self, database: Database, new_id: Callable[[], str]) -> None:
        self._database = database
        self._changes = AlbumChanges(database, new_id)

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        one = "/v1/albums/{album_id}"
        changes = self._changes
        return [
            Endpoint(
                method="GET", path="/v1/albums", name="listAlbums", tag="albums",
                summary="List albums that are public, the newest first", handle=self.list,
                query=AlbumsAsked, gives=Page[Album], kept=Keeping(kept.of_albums),
            ),
            Endpoint(
                method="GET", path="/v1/me/albums", name="listOwnAlbums", tag="albums",
                summary="List your albums, the newest first", handle=self.list_own, who=_READERS,
                query=OwnAlbumsAsked, gives=Page[Album],
            ),
            Endpoint(
                method="POST", path="/v1/albums", name="createAlbum", tag="albums",
                summary="Make an album", handle=changes.create, who=_CREATORS,
                body=AlbumDraft, gives=WholeAlbum, status=HTTPStatus.CREATED,
                gives_fields=(LOCATION, ETAG),
            ),
            Endpoint(
                method="GET", path=one, name="getAlbum", tag="albums",
                summary="Get an album with its tracks", handle=self.get, gives=WholeAlbum,
                kept=of_one(kept.of_album),
            ),
            Endpoint(
                method="PATCH", path=one, name="changeAlbum", tag="albums",
                summary="Change what is said of an album, or its order", handle=changes.change,
                who=_CREATORS, body=AlbumChange, body_bytes_max=_ORDER_BYTES_MAX, gives=WholeAlbum,
                raises=(TracksDiffer, PreconditionFailed), gives_fields=(ETAG,),
            ),
            Endpoint(
                method="DELETE", path=one, name="deleteAlbum", tag="albums",
                summary="Take an album away", handle=changes.delete, who=_CREATORS,
                status=HTTPStatus.NO_CONTENT, raises=(PreconditionFailed,),
            ),
        ]  # fmt: skip

    async def list(self, call: Call[AlbumsAsked, NoBody]) -> Answer:
        """Those that were published last come first."""
        asked = call.query
        if asked.artist_id is not None and asked.kind is not None:
            said = "it does not go with artist_id; ask for one of them"
            raise QueryInvalid([FieldError("kind", said)])
        query = rows.newest(
            BY_DATE.read(asked.cursor),
            rows_for(asked.limit),
            artist_id=asked.artist_id,
            kind=asked.kind,
        )
        return await self._page(call, query, BY_DATE)

    async def list_own(self, call: Call[OwnAlbumsAsked, NoBody]) -> Answer:
        """All there are, whoever may see them; those made last come first."""
        asked = call.query
        query = rows.own(
            call.user.user_id,
            BY_CREATION.read(asked.cursor),
            rows_for(asked.limit),
            artist_id=asked.artist_id,
        )
        return await self._page(call, query, BY_CREATION)

    async def get(self, call: Call[NoQuery, NoBody]) -> Answer:
        """With the first of its tracks, so that a player can begin."""
        async with self._database.look(call.principal) as connection:
            row = await found(connection, call.ids["album_id"])
            if not may_see_album(call.reader, row):
                raise NotFound("There is no album with this id.")
            album = await whole(connection, row, call.reader, TRACKS_DEFAULT)
        return Answer(album, version=row.version)

    async def _page(
        self,
        call: Call[AlbumsAsked, NoBody] | Call[OwnAlbumsAsked, NoBody],
        query: Select[Any],
        key: Key,
    ) -> Answer:
        async with self._database.look(call.principal) as connection:
            some: Sequence[Row[Any]] = await read(connection, Reading(query))
        page, on = page_of(some, call.query.limit, key=key.of, shown=is_there)
        return Answer(Page[Album](items=[album_of(row) for row in page], next=on))
