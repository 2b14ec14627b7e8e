"""What a track may refer to: an artist, an album and an asset of one owner.

They are held until the transaction ends, in this order (the artist, the album, then the track), so
that none goes away meanwhile and no two who change something wait for each other.
"""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.errors import BodyInvalid, FieldError
from origin.companion.catalogue.asset_owner import AssetOwner
from origin.companion.catalogue.tables import albums, artists
from origin.companion.identity.principal import Principal
from origin.companion.identity.rules import is_owner


async def hold_artist(connection: AsyncConnection, artist_id: str, principal: Principal) -> str:
    """Return whose an artist of theirs is; raises BodyInvalid."""
    rows = (
        select(artists.c.user_id)
        .where(artists.c.id == artist_id, artists.c.deleted_s.is_(None))
        .with_for_update()
    )
    user_id: str | None = await connection.scalar(rows)
    if user_id is None or not is_owner(principal, user_id):
        raise _invalid("artist_id", "you have no artist with this id")
    return user_id


async def hold_album(connection: AsyncConnection, album_id: str, artist_id: str) -> None:
    """Raise BodyInvalid where an artist has no such album."""
    rows = (
        select(albums.c.artist_id)
        .where(albums.c.id == album_id, albums.c.deleted_s.is_(None))
        .with_for_update()
    )
    if await connection.scalar(rows) != artist_id:
        raise _invalid("album_id", "this artist has no album with this id")


async def check_asset(
    connection: AsyncConnection, asset_id: str, user_id: str, owner_of: AssetOwner
) -> None:
    """Raise BodyInvalid where a user has no such asset."""
    if await owner_of(connection, asset_id) != user_id:
        raise _invalid("asset_id", "there is no asset of this owner with this id")


def _invalid(field: str, detail: str) -> BodyInvalid:
    return BodyInvalid([FieldError(f"#/{field}", detail)])
