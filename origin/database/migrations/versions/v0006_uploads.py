"""Uploads."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_GOES = sa.text("(state IN ('waiting', 'receiving') OR tus_concat = 'partial')")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("asset_id", sa.String(64), nullable=False),
        sa.Column("playback_id", sa.String(64), nullable=False),
        sa.Column("track_id", sa.String(64)),
        sa.Column("job_id", sa.String(64)),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("lossless", sa.Boolean, nullable=False),
        sa.Column("packed_audio", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("way", sa.String(16)),
        sa.Column("size_bytes", sa.BigInteger),
        sa.Column("received_bytes", sa.BigInteger, nullable=False),
        sa.Column("trusted_bytes", sa.BigInteger),
        sa.Column("said_sha256", sa.String(64)),
        sa.Column("sha256", sa.String(64)),
        sa.Column("duplicate_of", sa.String(64)),
        sa.Column("source_url", sa.Text),
        sa.Column("multipart_id", sa.Text),
        sa.Column("tus_metadata", sa.Text),
        sa.Column("tus_concat", sa.Text),
        sa.Column("holder", sa.String(255)),
        sa.Column("held_until_s", sa.Double, nullable=False),
        sa.Column("is_wanted", sa.Boolean, nullable=False),
        sa.Column("failure_code", sa.String(64)),
        sa.Column("failure_reason", sa.Text),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("expires_s", sa.Double, nullable=False),
        sa.Column("completed_s", sa.Double),
        sa.ForeignKeyConstraint(["track_id"], ["tracks.id"], name="fk_uploads_track_id"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_uploads_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_uploads"),
        sa.UniqueConstraint("asset_id", name="uq_uploads_asset_id"),
        sa.UniqueConstraint("playback_id", name="uq_uploads_playback_id"),
    )
    op.create_index("ix_uploads_track_id", "uploads", ["track_id"])
    op.create_index("ix_uploads_user_id_created_s_id", "uploads", ["user_id", "created_s", "id"])
    op.create_index(
        "ix_uploads_user_id_state_size_bytes_received_bytes",
        "uploads",
        ["user_id", "state", "size_bytes", "received_bytes"],
    )
    op.create_index("ix_uploads_user_id_sha256", "uploads", ["user_id", "sha256"])
    op.create_index(
        "ix_uploads_going_expires_s",
        "uploads",
        ["expires_s"],
        sqlite_where=_GOES,
        postgresql_where=_GOES,
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("uploads")
