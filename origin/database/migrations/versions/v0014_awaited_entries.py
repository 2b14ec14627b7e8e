"""Of each asset, whether its first entry is still on its way to the store."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make room for it; what plays now is in the store."""
    op.add_column(
        "assets", sa.Column("is_awaited", sa.Boolean, nullable=False, server_default=sa.false())
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("assets", "is_awaited")
