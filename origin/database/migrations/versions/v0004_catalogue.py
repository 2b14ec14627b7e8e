"""The catalogue, and what changes in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_IS_PUBLIC = sa.text("visibility = 'public' AND deleted_s IS NULL")
_IS_THERE = sa.text("deleted_s IS NULL")


def upgrade() -> None:
    """Make the tables."""
    _make_artists()
    _make_albums()
    _make_tracks()
    _make_events()


def _make_artists() -> None:
    op.create_table(
        "artists",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("handle", sa.String(64), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("updated_s", sa.Double, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deleted_s", sa.Double),
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
    op.create_index("ix_artists_user_id", "artists", ["user_id"])
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
    op.create_index("ix_follows_artist_id_created_s", "follows", ["artist_id", "created_s"])
    op.create_index("ix_follows_user_id_created_s", "follows", ["user_id", "created_s"])


def _make_albums() -> None:
    op.create_table(
        "albums",
        sa.Column("id", sa.String(64), nullable=False),
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
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_albums_artist_id"),
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
        "ix_albums_public_created_s_id",
        "albums",
        ["created_s", "id"],
        sqlite_where=_IS_PUBLIC,
        postgresql_where=_IS_PUBLIC,
    )


def _make_tracks() -> None:
    op.create_table(
        "tracks",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("artist_id", sa.String(64), nullable=False),
        sa.Column("album_id", sa.String(64)),
        sa.Column("album_position", sa.Integer),
        sa.Column("asset_id", sa.String(64)),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("genre", sa.String(64)),
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
        sa.ForeignKeyConstraint(["album_id"], ["albums.id"], name="fk_tracks_album_id"),
        sa.ForeignKeyConstraint(["artist_id"], ["artists.id"], name="fk_tracks_artist_id"),
        sa.PrimaryKeyConstraint("id", name="pk_tracks"),
        sa.UniqueConstraint("asset_id", name="uq_tracks_asset_id"),
    )
    op.create_index(
        "ix_tracks_album_id_album_position",
        "tracks",
        ["album_id", "album_position"],
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
        "ix_tracks_public_created_s_id",
        "tracks",
        ["created_s", "id"],
        sqlite_where=_IS_PUBLIC,
        postgresql_where=_IS_PUBLIC,
    )
    op.create_index(
        "ix_tracks_public_genre_created_s_id",
        "tracks",
        ["genre", "created_s", "id"],
        sqlite_where=_IS_PUBLIC,
        postgresql_where=_IS_PUBLIC,
    )
    op.create_index(
        "ix_tracks_public_genre_play_count_id",
        "tracks",
        ["genre", "play_count", "id"],
        sqlite_where=_IS_PUBLIC,
        postgresql_where=_IS_PUBLIC,
    )
    op.create_index(
        "ix_tracks_public_play_count_id",
        "tracks",
        ["play_count", "id"],
        sqlite_where=_IS_PUBLIC,
        postgresql_where=_IS_PUBLIC,
    )
    op.create_table(
        "track_tags",
        sa.Column("track_id", sa.String(64), nullable=False),
        sa.Column("tag", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_track_tags_track_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", "tag", name="pk_track_tags"),
    )
    op.create_index("ix_track_tags_tag_track_id", "track_tags", ["tag", "track_id"])


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
