"""Uploads that ended are found by when their time was over, so that their rows can go."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_ENDED: Final = sa.text("state IN ('failed', 'expired')")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "ix_uploads_ended_expires_s",
        "uploads",
        ["expires_s"],
        sqlite_where=_ENDED,
        postgresql_where=_ENDED,
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_uploads_ended_expires_s", "uploads")
