"""Who gets to see what of the catalogue: ``identity.rules`` with what they say of sound. Pure.

Of a track without sound that plays, there is nothing to hear: it is a draft, and its owner's alone.
What belongs to an artist who was deleted is nobody's any more, even before it is deleted, too.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import Visibility, is_owner, may_see


def may_see_track(principal: Principal | None, row: Row[Any]) -> bool:
    """Tell whether they may see a track whose id they know (``tracks.rows``)."""
    if row.artist_deleted_s is not None:
        return False
    return is_owner(principal, row.user_id) or (
        row.playback_id is not None and may_see(principal, row.user_id, Visibility(row.visibility))
    )


def may_see_album(principal: Principal | None, row: Row[Any]) -> bool:
    """Tell whether they may see an album whose id they know (``albums.rows``)."""
    return row.artist_deleted_s is None and may_see(
        principal, row.user_id, Visibility(row.visibility)
    )


def may_see_album_of(principal: Principal | None, rows: Iterable[Row[Any]]) -> bool:
    """Tell whether they may see the albums that some tracks are in (``tracks.rows``)."""
    return all(
        row.album_visibility is not None
        and may_see(principal, row.user_id, Visibility(row.album_visibility))
        for row in rows
    )


def is_listed(row: Row[Any]) -> bool:
    """Tell whether a track is in public lists: it is public, and can be heard."""
    return is_there(row) and row.listed_s is not None and row.playback_id is not None


def is_there(row: Row[Any]) -> bool:
    """Tell whether its artist is."""
    return bool(row.artist_deleted_s is None)
