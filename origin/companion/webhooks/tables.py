"""Webhooks, and what was sent to them. Times are seconds since the epoch."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from origin.companion.identity.tables import users
from packager.queue.job import NAME_LENGTH_MAX
from packager.queue.tables import metadata

URL_LENGTH_MAX: Final = 2_000
ANSWER_LENGTH_MAX: Final = 500
_ID: Final = String(NAME_LENGTH_MAX)
_SECRET: Final = String(128)
_IS_THERE: Final = text("deleted_s IS NULL")

webhooks: Final = Table(
    "webhooks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False),
    Column("url", String(URL_LENGTH_MAX), nullable=False),
    Column("description", String(200), nullable=False),
    Column("kinds", Text, nullable=False),
    Column("secret", _SECRET, nullable=False),
    Column("previous_secret", _SECRET),
    Column("previous_until_s", Double),
    Column("created_s", Double, nullable=False),
    Column("updated_s", Double, nullable=False),
    Column("failing_since_s", Double),
    Column("disabled_s", Double),
    Column("disabled_because", String(200)),
    Column("deleted_s", Double),
    Index(
        "ix_webhooks_user_id_created_s",
        "user_id",
        "created_s",
        sqlite_where=_IS_THERE,
        postgresql_where=_IS_THERE,
    ),
)
"""``kinds`` are those of the events that are asked for, with spaces between. Secrets are there as
they are, since what is sent is signed with them."""

deliveries: Final = Table(
    "webhook_deliveries",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("webhook_id", _ID, ForeignKey(webhooks.c.id), nullable=False),
    Column("event_number", BigInteger),
    Column("kind", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_s", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("tried_s", Double),
    Column("next_s", Double),
    Column("delivered_s", Double),
    Column("status", Integer),
    Column("answer", String(ANSWER_LENGTH_MAX)),
    UniqueConstraint("webhook_id", "event_number"),
    Index(None, "webhook_id", "created_s"),
    Index(None, "created_s"),
)
"""``next_s`` is when it is tried next, None where it is not; ``status`` and ``answer`` are what the
last attempt met with."""
