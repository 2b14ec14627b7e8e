"""From rows to what is given of albums."""

from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.models import Page
from origin.companion.api.paging import page_of, rows_for
from origin.companion.catalogue.albums import rows
from origin.companion.catalogue.albums.models import Album, Kind, WholeAlbum
from origin.companion.catalogue.tracks import lists, questions
from origin.companion.catalogue.tracks.given import track_of
from origin.companion.catalogue.tracks.models import ArtistName, Track
from origin.companion.catalogue.visibility import is_listed, is_there
from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import Visibility, is_owner
from origin.delivery.errors import NotFound

TRACKS_DEFAULT: Final = 50


async def found(connection: AsyncConnection, album_id: str, *, to_change: bool = False) -> Row[Any]:
    """Return an album; raises NotFound."""
    row = await rows.find(connection, album_id, to_change=to_change)
    if row is None:
        raise NotFound("There is no album with this id.")
    return row


async def whole(
    connection: AsyncConnection, album: Row[Any], principal: Principal | None, limit: int
) -> WholeAlbum:
    """Return an album with the first of its tracks, as who asks may see them."""
    found = await lists.read(connection, lists.of_album(album.id, None, rows_for(limit)))
    shown = is_there if is_owner(principal, album.user_id) else is_listed
    key = questions.BY_POSITION.among(shown)
    page, on = page_of(found, limit, key=key, shown=shown)
    tracks = Page[Track](items=[track_of(row, principal) for row in page], next=on)
    return WholeAlbum(**_said_of(album), tracks=tracks)


def album_of(row: Row[Any]) -> Album:
    """Return an album as a list has it."""
    return Album(**_said_of(row))


def _said_of(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "artist": ArtistName(id=row.artist_id, name=row.artist_name, handle=row.artist_handle),
        "kind": Kind(row.kind),
        "title": row.title,
        "description": row.description,
        "genre": row.genre,
        "language": row.language,
        "explicit": row.explicit,
        "visibility": Visibility(row.visibility),
        "released_on": row.released_on,
        "created_at": row.created_s,
        "updated_at": row.updated_s,
        "published_at": row.published_s,
    }
