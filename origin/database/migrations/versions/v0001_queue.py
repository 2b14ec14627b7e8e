"""The queue, its claims, and what assets play."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the three tables."""
    _make_jobs()
    op.create_table(
        "claims",
        sa.Column(
            "fence",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("job_id", sa.String(64), nullable=False),
        sa.Column("worker", sa.String(255), nullable=False),
        sa.Column("claimed_s", sa.Double, nullable=False),
        sa.PrimaryKeyConstraint("fence", name="pk_claims"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name="fk_claims_job_id", ondelete="CASCADE"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_claims_job_id", "claims", ["job_id"])
    op.create_table(
        "assets",
        sa.Column("asset_id", sa.String(64), nullable=False),
        sa.Column("playback_id", sa.String(64), nullable=False),
        sa.Column("revision", sa.String(64)),
        sa.Column("entry", sa.Text),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("stored_fence", sa.BigInteger, nullable=False),
        sa.Column("publications", sa.Integer, nullable=False),
        sa.Column("published_s", sa.Double),
        sa.PrimaryKeyConstraint("asset_id", name="pk_assets"),
        sa.UniqueConstraint("playback_id", name="uq_assets_playback_id"),
    )


def _make_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("creator_id", sa.String(64), nullable=False),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("idempotency_key", sa.String(255)),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("not_before_s", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("fence", sa.BigInteger, nullable=False),
        sa.Column("lease_until_s", sa.Double, nullable=False),
        sa.Column("progress", sa.Double, nullable=False),
        sa.Column("failure_code", sa.String(64)),
        sa.Column("failure_reason", sa.Text),
        sa.Column("finished_s", sa.Double),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint(
            "creator_id", "idempotency_key", name="uq_jobs_creator_id_idempotency_key"
        ),
    )
    op.create_index("ix_jobs_state_priority_created_s", "jobs", ["state", "priority", "created_s"])
    op.create_index("ix_jobs_creator_id_state", "jobs", ["creator_id", "state"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("assets")
    op.drop_table("claims")
    op.drop_table("jobs")
