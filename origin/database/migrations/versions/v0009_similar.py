"""What is heard together, which tracks are similar, and what they look like."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_COVERS = ("cover", "artwork")
_IS_TO_GO = sa.text("due_s IS NOT NULL")
_IS_TO_PAIR = sa.text("paired_s IS NULL")


def upgrade() -> None:
    """Make the tables."""
    op.add_column("play_marks", sa.Column("paired_s", sa.Double))
    op.create_index(
        "ix_play_marks_to_pair",
        "play_marks",
        ["day", "listener", "track_id"],
        sqlite_where=_IS_TO_PAIR,
        postgresql_where=_IS_TO_PAIR,
    )
    op.create_table(
        "heard_together",
        sa.Column("track_id", sa.String(64), nullable=False),
        sa.Column("other_id", sa.String(64), nullable=False),
        sa.Column("weight", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_heard_together_track_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", "other_id", name="pk_heard_together"),
    )
    columns = ["track_id", "weight", "other_id"]
    op.create_index("_".join(("ix_heard_together", *columns)), "heard_together", columns)
    op.create_table(
        "similar_tracks",
        sa.Column("track_id", sa.String(64), nullable=False),
        sa.Column("others", sa.Text),
        sa.Column("made_s", sa.Double, nullable=False),
        sa.Column("due_s", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_similar_tracks_track_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", name="pk_similar_tracks"),
    )
    op.create_index("ix_similar_tracks_due_s", "similar_tracks", ["due_s"])
    _have_artwork()


def _have_artwork() -> None:
    for name in _COVERS:
        op.add_column("tracks", sa.Column(name, sa.Text))
    op.create_table(
        "artworks",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("track_id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("made_s", sa.Double, nullable=False),
        sa.Column("due_s", sa.Double),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_artworks_track_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_artworks_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_artworks"),
    )
    op.create_index("ix_artworks_track_id", "artworks", ["track_id"])
    for column in ("due_s", "user_id"):
        op.create_index(
            f"ix_artworks_to_go_{column}",
            "artworks",
            [column],
            sqlite_where=_IS_TO_GO,
            postgresql_where=_IS_TO_GO,
        )


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("artworks")
    for name in _COVERS:
        op.drop_column("tracks", name)
    op.drop_table("similar_tracks")
    op.drop_table("heard_together")
    op.drop_index("ix_play_marks_to_pair", "play_marks")
    op.drop_column("play_marks", "paired_s")
