"""Making a track, and finding one that is to be changed: for whoever does so in a transaction."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.asset_owner import AssetOwner
from origin.companion.catalogue.events import News
from origin.companion.catalogue.tracks import checks, rows
from origin.companion.catalogue.tracks.telling import news
from origin.companion.catalogue.visibility import may_see_track
from origin.companion.catalogue.words import with_days_as_text
from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import Visibility, require_change
from origin.delivery.errors import NotFound


async def make(
    connection: AsyncConnection,
    principal: Principal,
    draft: Mapping[str, Any],
    track_id: str,
    owner_of: AssetOwner,
    *,
    now_s: float,
) -> tuple[Row[Any], News]:
    """Add a track of who asks; return it, and what is to be told of it.

    ``draft`` is what a ``NewTrack`` or ``TrackDraft`` says. Raises BodyInvalid, AlbumFull or
    AssetTaken.
    """
    said = {"asset_id": None, **with_days_as_text(dict(draft))}
    artist_id = said["artist_id"]
    user_id = await checks.hold_artist(connection, artist_id, principal)
    await hold(connection, said, owner_of, track_id=track_id, artist_id=artist_id, user_id=user_id)
    own = {"id": track_id, "user_id": user_id, "created_s": now_s, "updated_s": now_s}
    await rows.add(connection, {**said, **own}, now_s=now_s)
    made = await found(connection, track_id)
    return made, news("track.created", made, said)


async def hold(
    connection: AsyncConnection,
    said: dict[str, Any],
    owner_of: AssetOwner,
    *,
    track_id: str,
    artist_id: str,
    user_id: str,
) -> None:
    """Hold what a track refers to, and say where in the album it gets; raises BodyInvalid."""
    if said.get("album_id") is not None:
        await checks.hold_album(connection, said["album_id"], artist_id)
        said["album_position"] = await rows.end_of(connection, said["album_id"], track_id)
    elif "album_id" in said:
        said["album_position"] = None
    if said.get("asset_id") is not None:
        await checks.check_asset(connection, said["asset_id"], user_id, owner_of)


async def found(connection: AsyncConnection, track_id: str, *, to_change: bool = False) -> Row[Any]:
    """Return a track; raises NotFound."""
    row = await rows.find(connection, track_id, to_change=to_change)
    if row is None:
        raise NotFound("There is no track with this id.")
    return row


def require_own(principal: Principal, row: Row[Any]) -> None:
    """Raise NotFound where they may not see a track, Forbidden where they may not change it."""
    if not may_see_track(principal, row):
        raise NotFound("There is no track with this id.")
    require_change(principal, row.user_id, Visibility(row.visibility))
