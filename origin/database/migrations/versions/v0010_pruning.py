"""Jobs that are done are found by when that was, so that they can be taken away."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_jobs_finished_s_kind", "jobs", ["finished_s", "kind"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_jobs_finished_s_kind", "jobs")
