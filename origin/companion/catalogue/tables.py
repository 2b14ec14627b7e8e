"""The catalogue's tables, with an index for each query that is asked. Times are epoch seconds."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from origin.companion.identity.tables import users
from packager.queue.job import NAME_LENGTH_MAX
from packager.queue.tables import metadata

_ID: Final = String(NAME_LENGTH_MAX)
_LINE: Final = String(200)
_IS_PUBLIC: Final = text("visibility = 'public' AND deleted_s IS NULL")
_IS_THERE: Final = text("deleted_s IS NULL")


def _index(name: str, *columns: str, only: object = _IS_THERE) -> Index:
    return Index(name, *columns, sqlite_where=only, postgresql_where=only)


artists: Final = Table(
    "artists",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False, index=True),
    Column("name", _LINE, nullable=False),
    Column("handle", _ID, nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("created_s", Double, nullable=False),
    Column("updated_s", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted_s", Double),
    _index("ix_artists_created_s_id", "created_s", "id"),
)

albums: Final = Table(
    "albums",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("artist_id", _ID, ForeignKey(artists.c.id), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("title", _LINE, nullable=False),
    Column("description", Text, nullable=False),
    Column("genre", String(64)),
    Column("language", String(35)),
    Column("explicit", Boolean, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("released_on", String(10)),
    Column("created_s", Double, nullable=False),
    Column("updated_s", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted_s", Double),
    _index("ix_albums_artist_id_created_s_id", "artist_id", "created_s", "id"),
    _index("ix_albums_public_created_s_id", "created_s", "id", only=_IS_PUBLIC),
)

tracks: Final = Table(
    "tracks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("artist_id", _ID, ForeignKey(artists.c.id), nullable=False),
    Column("album_id", _ID, ForeignKey(albums.c.id)),
    Column("album_position", Integer),
    Column("asset_id", _ID, unique=True),
    Column("title", _LINE, nullable=False),
    Column("description", Text, nullable=False),
    Column("genre", String(64)),
    Column("language", String(35)),
    Column("explicit", Boolean, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("released_on", String(10)),
    Column("duration_s", Double),
    Column("play_count", BigInteger, nullable=False),
    Column("created_s", Double, nullable=False),
    Column("updated_s", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted_s", Double),
    _index("ix_tracks_artist_id_created_s_id", "artist_id", "created_s", "id"),
    _index("ix_tracks_album_id_album_position", "album_id", "album_position"),
    _index("ix_tracks_public_created_s_id", "created_s", "id", only=_IS_PUBLIC),
    _index("ix_tracks_public_play_count_id", "play_count", "id", only=_IS_PUBLIC),
    _index("ix_tracks_public_genre_play_count_id", "genre", "play_count", "id", only=_IS_PUBLIC),
    _index("ix_tracks_public_genre_created_s_id", "genre", "created_s", "id", only=_IS_PUBLIC),
)
"""``released_on`` is a date as RFC 3339 has it, ``language`` a tag of BCP 47."""

track_tags: Final = Table(
    "track_tags",
    metadata,
    Column("track_id", _ID, ForeignKey(tracks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Index(None, "tag", "track_id"),
)

follows: Final = Table(
    "follows",
    metadata,
    Column("user_id", _ID, ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True),
    Column("artist_id", _ID, ForeignKey(artists.c.id, ondelete="CASCADE"), primary_key=True),
    Column("created_s", Double, nullable=False),
    Index(None, "artist_id", "created_s"),
    Index(None, "user_id", "created_s"),
)

events: Final = Table(
    "events",
    metadata,
    # SQLite numbers by itself only what is an INTEGER, and that has 64 bits there.
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("kind", String(64), nullable=False),
    Column("subject", _ID, nullable=False),
    Column("owner_id", _ID, nullable=False),
    Column("content", Text, nullable=False),
    Column("happened_s", Double, nullable=False),
    Index(None, "owner_id", "number"),
    Index(None, "subject", "number"),
    Index(None, "happened_s"),
    sqlite_autoincrement=True,
)
"""What changed, in the order in which it was committed: see ``catalogue.events``."""
