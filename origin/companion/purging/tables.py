"""CDNs that are purged, and what is still to be. Times are seconds since the epoch."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from packager.queue.job import NAME_LENGTH_MAX
from packager.queue.tables import metadata

FAILURE_LENGTH_MAX: Final = 500
_ID: Final = String(NAME_LENGTH_MAX)

purgers: Final = Table(
    "purgers",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("name", Text, nullable=False),
    Column("known", String(NAME_LENGTH_MAX), nullable=False),
    Column("seen_s", Double, nullable=False),
    Column("full_s", Double, nullable=False),
    Column("requests", BigInteger, nullable=False),
    Column("targets", BigInteger, nullable=False),
    Column("failures", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("failing_since_s", Double),
    Column("failure", String(FAILURE_LENGTH_MAX)),
)
"""``known`` is by what it finds things, with spaces between, and ``seen_s`` when a process that has
it was seen last. ``full_s`` is its rate (``cdn.purge.rate``). What was sent, in how many requests,
what failed, and what was refused for good, is counted."""

purges: Final = Table(
    "purges",
    metadata,
    # SQLite numbers by itself only what is an INTEGER, and that has 64 bits there.
    Column(
        "number",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("purger_id", _ID, ForeignKey(purgers.c.id, ondelete="CASCADE"), nullable=False),
    Column("by", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("soft", Boolean, nullable=False),
    Column("is_repeat", Boolean, nullable=False),
    Column("asset_id", _ID),
    Column("promised_s", Double, nullable=False),
    Column("due_s", Double, nullable=False),
    Index(None, "purger_id", "due_s"),
    Index(None, "asset_id"),
)
"""``is_repeat`` of what was sent once. ``promised_s`` is from when on it was to be sent, ``due_s``
when it is to be, next: later, where it failed, or is a repeat. ``asset_id`` is of whose objects
these are, or the id of a picture, where they wait for these to go."""
