"""How assets were served: figures by asset and day."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "quality_days",
        sa.Column("asset_id", sa.String(64), nullable=False),
        sa.Column("day", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("measure", sa.String(32), nullable=False),
        sa.Column("bucket", sa.String(64), nullable=False),
        sa.Column("number", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(
            ["asset_id"],
            ["owned_assets.asset_id"],
            name="fk_quality_days_asset_id_owned_assets",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("asset_id", "day", "measure", "bucket", name="pk_quality_days"),
    )
    op.create_index("ix_quality_days_day", "quality_days", ["day"])


def downgrade() -> None:
    """Take it away again."""
    op.drop_table("quality_days")
