"""Of each identity provider's subject, when the token was issued that its role is by."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make room for it; of those who are there it is not known until their next token."""
    op.add_column("identities", sa.Column("role_issued_s", sa.Double))


def downgrade() -> None:
    """Take it away again."""
    op.drop_column("identities", "role_issued_s")
