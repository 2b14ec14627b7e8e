"""The catalogue, and what changes in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_HAS_DAY = sa.text("listed_day IS NOT NULL")
_HAS_STRETCH = sa.text("listed_stretch IS NOT NULL")
_IS_LISTED = sa.text("listed_s IS NOT NULL")
_IS_THERE = sa.text("deleted_s IS NULL")
_IS_TO_EMPTY = sa.text("deleted_s IS NOT NULL AND emptied_s IS NULL")


def upgrade() -> None:
    """Make the tables."""
    _make_artists()
    _make_follows()
    _make_albums()
    _make_tracks()
    _make_tags()
    _make_events()


def _make_artists() -> None:
    op.create_table(
        "artists",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("handle", sa.String(64), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("follower_count", sa.Integer, server_default=sa.text("0"), nullable=False),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("updated_s", sa.Double, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deleted_s", sa.Double),
        sa.Column("emptied_s", sa.Double),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_artists_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_artists"),
        sa.UniqueConstraint("handle", name="uq_artists_handle"),
    )
    op.create_index(
        "ix_artists_created_s_id",
        "artists",
        ["created_s", "id"],
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    )
    op.create_index(
        "ix_artists_to_empty_id",
        "artists",
        ["id"],
        sqlite_where=_IS_TO_EMPTY,
        postgresql_where=_IS_TO_EMPTY,
    )
    op.create_index(
        "ix_artists_user_id_created_s_id",
        "artists",
        ["user_id", "created_s", "id"],
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    )


def _make_follows() -> None:
    op.create_table(
        "follows",
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("artist_id", sa.String(64), nullable=False),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["artist_id"], ["artists.id"], name="fk_follows_artist_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name="fk_follows_user_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "artist_id", name="pk_follows"),
    )
    op.create_index("ix_follows_artist_id", "follows", ["artist_id"])
    op.create_index(
        "ix_follows_user_id_created_s_artist_id", "follows", ["user_id", "created_s", "artist_id"]
    )


def _make_albums() -> None:
    op.create_table(
        "albums",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("artist_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("genre", sa.String(64)),
        sa.Column("language", sa.String(35)),
        sa.Column("explicit", sa.Boolean, nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("released_on", sa.String(10)),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("updated_s", sa.Double, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deleted_s", sa.Double),
        sa.Column("published_s", sa.Double),
        sa.Column("listed_s", sa.Double),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_albums_artist_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_albums_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_albums"),
    )
    op.create_index(
        "ix_albums_artist_id_created_s_id",
        "albums",
        ["artist_id", "created_s", "id"],
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    )
    op.create_index(
        "ix_albums_artist_id_listed_s_id",
        "albums",
        ["artist_id", "listed_s", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        "ix_albums_kind_listed_s_id",
        "albums",
        ["kind", "listed_s", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        "ix_albums_listed_s_id",
        "albums",
        ["listed_s", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        "ix_albums_user_id_created_s_id",
        "albums",
        ["user_id", "created_s", "id"],
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    )


def _make_tracks() -> None:
    op.create_table(
        "tracks",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("artist_id", sa.String(64), nullable=False),
        sa.Column("album_id", sa.String(64)),
        sa.Column("album_position", sa.Integer),
        sa.Column("asset_id", sa.String(64)),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("genre", sa.String(64)),
        sa.Column("tags", sa.Text, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("language", sa.String(35)),
        sa.Column("explicit", sa.Boolean, nullable=False),
        sa.Column("visibility", sa.String(16), nullable=False),
        sa.Column("released_on", sa.String(10)),
        sa.Column("duration_s", sa.Double),
        sa.Column("play_count", sa.BigInteger(), nullable=False),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("updated_s", sa.Double, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deleted_s", sa.Double),
        sa.Column("published_s", sa.Double),
        sa.Column("listed_s", sa.Double),
        sa.Column("listed_day", sa.Integer),
        sa.Column("listed_stretch", sa.Integer),
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name="fk_tracks_album_id"),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_tracks_artist_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_tracks_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tracks"),
    )
    op.create_index(
        "ix_tracks_album_id_album_position_id",
        "tracks",
        ["album_id", "album_position", "id"],
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    )
    op.create_index(
        "ix_tracks_artist_id_created_s_id",
        "tracks",
        ["artist_id", "created_s", "id"],
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    )
    op.create_index(
        "ix_tracks_artist_id_listed_s_id",
        "tracks",
        ["artist_id", "listed_s", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        "ix_tracks_artist_id_play_count_id",
        "tracks",
        ["artist_id", "play_count", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        "ix_tracks_genre_listed_day_play_count_id",
        "tracks",
        ["genre", "listed_day", "play_count", "id"],
        sqlite_where=_HAS_DAY,
        postgresql_where=_HAS_DAY,
    )
    op.create_index(
        "ix_tracks_genre_listed_s_id",
        "tracks",
        ["genre", "listed_s", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        "ix_tracks_genre_listed_stretch_play_count_id",
        "tracks",
        ["genre", "listed_stretch", "play_count", "id"],
        sqlite_where=_HAS_STRETCH,
        postgresql_where=_HAS_STRETCH,
    )
    op.create_index(
        "ix_tracks_genre_play_count_id",
        "tracks",
        ["genre", "play_count", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        "ix_tracks_listed_day_play_count_id",
        "tracks",
        ["listed_day", "play_count", "id"],
        sqlite_where=_HAS_DAY,
        postgresql_where=_HAS_DAY,
    )
    op.create_index(
        "ix_tracks_listed_s_id",
        "tracks",
        ["listed_s", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        "ix_tracks_listed_stretch_play_count_id",
        "tracks",
        ["listed_stretch", "play_count", "id"],
        sqlite_where=_HAS_STRETCH,
        postgresql_where=_HAS_STRETCH,
    )
    op.create_index(
        "ix_tracks_play_count_id",
        "tracks",
        ["play_count", "id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )
    op.create_index(
        "ix_tracks_user_id_created_s_id",
        "tracks",
        ["user_id", "created_s", "id"],
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    )
    op.create_index(
        "uq_tracks_asset_id",
        "tracks",
        ["asset_id"],
        unique=True,
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    )


def _make_tags() -> None:
    op.create_table(
        "track_tags",
        sa.Column("track_id", sa.String(64), nullable=False),
        sa.Column("tag", sa.String(64), nullable=False),
        sa.Column("listed_s", sa.Double),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_track_tags_track_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", "tag", name="pk_track_tags"),
    )
    op.create_index(
        "ix_track_tags_tag_listed_s_track_id",
        "track_tags",
        ["tag", "listed_s", "track_id"],
        sqlite_where=_IS_LISTED,
        postgresql_where=_IS_LISTED,
    )


def _make_events() -> None:
    op.create_table(
        "events",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("happened_s", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_events"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_events_happened_s", "events", ["happened_s"])
    op.create_index("ix_events_owner_id_number", "events", ["owner_id", "number"])
    op.create_index("ix_events_subject_number", "events", ["subject", "number"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("events")
    op.drop_table("track_tags")
    op.drop_table("tracks")
    op.drop_table("albums")
    op.drop_table("follows")
    op.drop_table("artists")
