"""Whose assets are, what was seen of them, and who does what there is one of."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0004"

_IS_THERE = sa.text("deleted_s IS NULL")
_IS_OPEN = sa.text("settled_s IS NULL AND deleted_s IS NULL")
_IS_DEGRADED = sa.text("missing > 0 AND deleted_s IS NULL")


def upgrade() -> None:
    """Make the tables."""
    op.add_column("assets", sa.Column("deleted_s", sa.Double))
    _make_owned_assets()
    op.create_table(
        "duties",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("holder", sa.String(255), nullable=False),
        sa.Column("until_s", sa.Double, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_duties"),
    )


def _make_owned_assets() -> None:
    op.create_table(
        "owned_assets",
        sa.Column("asset_id", sa.String(64), nullable=False),
        sa.Column("owner_id", sa.String(64), nullable=False),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("deleted_s", sa.Double),
        sa.Column("settled_s", sa.Double),
        sa.Column("told", sa.String(160), nullable=False),
        sa.Column("revision", sa.String(64)),
        sa.Column("looked_s", sa.Double),
        sa.Column("missing", sa.Integer, nullable=False),
        sa.Column("facts", sa.Text),
        sa.ForeignKeyConstraint(["asset_id"], ["assets.asset_id"], name="fk_owned_assets_asset_id"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_owned_assets_owner_id"),
        sa.PrimaryKeyConstraint("asset_id", name="pk_owned_assets"),
    )
    for name, columns, only in (
        ("ix_owned_assets_owner_id_created_s", ["owner_id", "created_s"], _IS_THERE),
        ("ix_owned_assets_open_created_s", ["created_s"], _IS_OPEN),
        ("ix_owned_assets_looked_s", ["looked_s"], _IS_THERE),
        ("ix_owned_assets_degraded", ["asset_id"], _IS_DEGRADED),
    ):
        op.create_index(name, "owned_assets", columns, sqlite_where=only, postgresql_where=only)


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("duties")
    op.drop_table("owned_assets")
    op.drop_column("assets", "deleted_s")
