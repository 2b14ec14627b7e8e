"""Whose assets are, what was seen of them, and who does what there is one of."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_IS_THERE = sa.text("deleted_s IS NULL")
_IS_OPEN = sa.text("settled_s IS NULL AND deleted_s IS NULL")
_IS_DEGRADED = sa.text("missing > 0 AND deleted_s IS NULL")


def upgrade() -> None:
    """Make the tables."""
    op.add_column("assets", sa.Column("deleted_s", sa.Double))
    _make_owned_assets()
    _make_webhooks()
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


def _make_webhooks() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("user_id", sa.String(64), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("description", sa.String(200), nullable=False),
        sa.Column("kinds", sa.Text, nullable=False),
        sa.Column("secret", sa.String(128), nullable=False),
        sa.Column("previous_secret", sa.String(128)),
        sa.Column("previous_until_s", sa.Double),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("updated_s", sa.Double, nullable=False),
        sa.Column("failing_since_s", sa.Double),
        sa.Column("disabled_s", sa.Double),
        sa.Column("disabled_because", sa.String(200)),
        sa.Column("deleted_s", sa.Double),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_webhooks_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
    )
    op.create_index(
        "ix_webhooks_user_id_created_s",
        "webhooks",
        ["user_id", "created_s"],
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    )
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("webhook_id", sa.String(64), nullable=False),
        sa.Column("event_number", sa.BigInteger()),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_s", sa.Double, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("tried_s", sa.Double),
        sa.Column("next_s", sa.Double),
        sa.Column("delivered_s", sa.Double),
        sa.Column("status", sa.Integer),
        sa.Column("answer", sa.String(500)),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.UniqueConstraint(
            "webhook_id", "event_number", name="uq_webhook_deliveries_webhook_id_event_number"
        ),
    )
    for columns in (["webhook_id", "created_s"], ["created_s"]):
        name = "_".join(("ix_webhook_deliveries", *columns))
        op.create_index(name, "webhook_deliveries", columns)


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
    op.drop_table("duties")
    op.drop_table("owned_assets")
    op.drop_column("assets", "deleted_s")
