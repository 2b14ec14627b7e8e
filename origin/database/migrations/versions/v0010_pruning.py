"""Jobs that are done are found by when that was, so that they can be taken away."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the index."""
    op.create_index("ix_jobs_kind_finished_s", "jobs", ["kind", "finished_s"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_jobs_kind_finished_s", "jobs")
