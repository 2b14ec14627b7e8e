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
_IS_LISTED: Final = text("listed_s IS NOT NULL")
_IS_THERE: Final = text("deleted_s IS NULL")
_IS_TO_EMPTY: Final = text("deleted_s IS NOT NULL AND emptied_s IS NULL")


def _index(name: str, *columns: str, only: object = _IS_THERE, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=only, postgresql_where=only)


artists: Final = Table(
    "artists",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False),
    Column("name", _LINE, nullable=False),
    Column("handle", _ID, nullable=False, unique=True),
    Column("description", Text, nullable=False),
    Column("follower_count", Integer, nullable=False, server_default=text("0")),
    Column("created_s", Double, nullable=False),
    Column("updated_s", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted_s", Double),
    Column("emptied_s", Double),
    _index("ix_artists_created_s_id", "created_s", "id"),
    _index("ix_artists_user_id_created_s_id", "user_id", "created_s", "id"),
    _index("ix_artists_to_empty_id", "id", only=_IS_TO_EMPTY),
)
"""``emptied_s`` is when what was a deleted artist's was deleted, too: see ``emptying``."""

albums: Final = Table(
    "albums",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False),
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
    Column("published_s", Double),
    Column("listed_s", Double),
    _index("ix_albums_user_id_created_s_id", "user_id", "created_s", "id"),
    _index("ix_albums_artist_id_created_s_id", "artist_id", "created_s", "id"),
    _index("ix_albums_listed_s_id", "listed_s", "id", only=_IS_LISTED),
    _index("ix_albums_kind_listed_s_id", "kind", "listed_s", "id", only=_IS_LISTED),
    _index("ix_albums_artist_id_listed_s_id", "artist_id", "listed_s", "id", only=_IS_LISTED),
)

tracks: Final = Table(
    "tracks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False),
    Column("artist_id", _ID, ForeignKey(artists.c.id), nullable=False),
    Column("album_id", _ID, ForeignKey(albums.c.id)),
    Column("album_position", Integer),
    Column("asset_id", _ID),
    Column("title", _LINE, nullable=False),
    Column("description", Text, nullable=False),
    Column("genre", String(64)),
    Column("tags", Text, nullable=False, server_default=text("'[]'")),
    Column("language", String(35)),
    Column("explicit", Boolean, nullable=False),
    Column("visibility", String(16), nullable=False),
    Column("released_on", String(10)),
    Column("duration_s", Double),
    Column("cover", Text),
    Column("artwork", Text),
    Column("play_count", BigInteger, nullable=False),
    Column("trending", Double, nullable=False, server_default=text("0")),
    Column("created_s", Double, nullable=False),
    Column("updated_s", Double, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted_s", Double),
    Column("published_s", Double),
    Column("listed_s", Double),
    Column("listed_day", Integer),
    Column("listed_stretch", Integer),
    _index("uq_tracks_asset_id", "asset_id", unique=True),
    _index("ix_tracks_user_id_created_s_id", "user_id", "created_s", "id"),
    _index("ix_tracks_artist_id_created_s_id", "artist_id", "created_s", "id"),
    _index("ix_tracks_album_id_album_position_id", "album_id", "album_position", "id"),
    *(
        _index("_".join(("ix_tracks", *columns, "id")), *columns, "id", only=_IS_LISTED)
        for columns in (
            ("listed_s",),
            ("genre", "listed_s"),
            ("artist_id", "listed_s"),
            ("play_count",),
            ("genre", "play_count"),
            ("artist_id", "play_count"),
            ("trending",),
            ("genre", "trending"),
        )
    ),
    *(
        _index(
            "_".join(("ix_tracks", *columns, "id")),
            *columns,
            "id",
            only=text(f"{span} IS NOT NULL"),
        )
        for span in ("listed_day", "listed_stretch")
        for columns in ((span, "play_count"), ("genre", span, "play_count"))
    ),
)
"""``released_on`` is a date as RFC 3339 has it, ``language`` a tag of BCP 47, ``tags`` a JSON list.

``cover`` is that of its sound, and ``artwork`` what is shown in its place, as JSON: see ``cover``.
What begins with ``listed`` follows from other columns: see ``listing``.
"""

track_tags: Final = Table(
    "track_tags",
    metadata,
    Column("track_id", _ID, ForeignKey(tracks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Column("listed_s", Double),
    _index("ix_track_tags_tag_listed_s_track_id", "tag", "listed_s", "track_id", only=_IS_LISTED),
)
"""A row each of ``tracks.tags``, which is what they are read from; these are to find tracks by."""

follows: Final = Table(
    "follows",
    metadata,
    Column("user_id", _ID, ForeignKey(users.c.id, ondelete="CASCADE"), primary_key=True),
    Column("artist_id", _ID, ForeignKey(artists.c.id, ondelete="CASCADE"), primary_key=True),
    Column("created_s", Double, nullable=False),
    Index(None, "artist_id"),
    Index(None, "user_id", "created_s", "artist_id"),
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
