"""What was played, day by day, and how much of late."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_IS_LISTED = sa.text("listed_s IS NOT NULL")
_TRENDING = (["trending", "id"], ["genre", "trending", "id"])


def upgrade() -> None:
    """Make the tables."""
    score = sa.Column("trending", sa.Double, nullable=False, server_default=sa.text("0"))
    op.add_column("tracks", score)
    for columns in _TRENDING:
        op.create_index(
            "_".join(("ix_tracks", *columns)),
            "tracks",
            columns,
            sqlite_where=_IS_LISTED,
            postgresql_where=_IS_LISTED,
        )
    op.create_table(
        "play_keys",
        sa.Column("id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_play_keys"),
    )
    op.create_table(
        "play_salts",
        sa.Column("day", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("salt", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_play_salts"),
    )
    op.create_table(
        "play_marks",
        sa.Column("day", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("ticket", sa.String(32), nullable=False),
        sa.Column("listener", sa.String(64), nullable=False),
        sa.Column("track_id", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("day", "ticket", name="pk_play_marks"),
    )
    columns = ["day", "listener", "track_id"]
    op.create_index("_".join(("ix_play_marks", *columns)), "play_marks", columns)
    op.create_table(
        "play_days",
        sa.Column("track_id", sa.String(64), nullable=False),
        sa.Column("day", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("plays", sa.BigInteger, nullable=False),
        sa.Column("heard_s", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["track_id"], ["tracks.id"], name="fk_play_days_track_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", "day", name="pk_play_days"),
    )


def downgrade() -> None:
    """Take them away again."""
    for name in ("play_days", "play_marks", "play_salts", "play_keys"):
        op.drop_table(name)
    for columns in _TRENDING:
        op.drop_index("_".join(("ix_tracks", *columns)), "tracks")
    op.drop_column("tracks", "trending")
