"""From rows to what is given of tracks. Pure."""

import json
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row

from origin.companion.catalogue.cover import Cover
from origin.companion.catalogue.tracks.models import AlbumName, ArtistName, Picture, Track
from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import Visibility, may_see


def track_of(row: Row[Any], principal: Principal | None) -> Track:
    """Return a track as who asks may see it."""
    cover = Cover.shown(row.artwork, row.cover)
    return Track(
        id=row.id,
        artist=ArtistName(id=row.artist_id, name=row.artist_name, handle=row.artist_handle),
        album=_album_of(row, principal),
        asset_id=row.asset_id,
        playback_id=row.playback_id,
        title=row.title,
        description=row.description,
        genre=row.genre,
        tags=json.loads(row.tags),
        language=row.language,
        explicit=row.explicit,
        visibility=Visibility(row.visibility),
        released_on=row.released_on,
        duration_s=row.duration_s,
        artwork=pictures_of(cover),
        placeholder=cover.placeholder,
        has_own_artwork=row.artwork is not None,
        play_count=row.play_count,
        created_at=row.created_s,
        updated_at=row.updated_s,
        published_at=row.published_s,
    )


def pictures_of(cover: Cover) -> list[Picture]:
    """Return the sizes of a cover."""
    return [Picture(**asdict(one)) for one in cover.pictures]


def _album_of(row: Row[Any], principal: Principal | None) -> AlbumName | None:
    """Return its album, None where they may not see it: an unlisted one is told by no track."""
    if row.album_title is None:
        return None
    visibility = Visibility(row.album_visibility)
    if visibility is Visibility.UNLISTED:
        visibility = Visibility.PRIVATE
    if not may_see(principal, row.user_id, visibility):
        return None
    return AlbumName(id=row.album_id, title=row.album_title)
