"""CDNs that are purged, and what is still to be purged of them."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "purgers",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("known", sa.String(64), nullable=False),
        sa.Column("seen_s", sa.Double, nullable=False),
        sa.Column("full_s", sa.Double, nullable=False),
        sa.Column("requests", sa.BigInteger(), nullable=False),
        sa.Column("targets", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("refused", sa.BigInteger(), nullable=False),
        sa.Column("failing_since_s", sa.Double),
        sa.Column("failure", sa.String(500)),
        sa.PrimaryKeyConstraint("id", name="pk_purgers"),
    )
    op.create_table(
        "purges",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            nullable=False,
            autoincrement=True,
        ),
        sa.Column("purger_id", sa.String(64), nullable=False),
        sa.Column("by", sa.String(16), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("soft", sa.Boolean, nullable=False),
        sa.Column("is_repeat", sa.Boolean, nullable=False),
        sa.Column("asset_id", sa.String(64)),
        sa.Column("promised_s", sa.Double, nullable=False),
        sa.Column("due_s", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["purger_id"], ["purgers.id"], name="fk_purges_purger_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name="pk_purges"),
    )
    op.create_index("ix_purges_purger_id_due_s", "purges", ["purger_id", "due_s"])
    op.create_index("ix_purges_asset_id", "purges", ["asset_id"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("purges")
    op.drop_table("purgers")
