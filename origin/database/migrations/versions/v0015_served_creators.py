"""When a creator had a job claimed last is found at once."""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_jobs_creator_id_fence", "jobs", ["creator_id", "fence"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_jobs_creator_id_fence", "jobs")
