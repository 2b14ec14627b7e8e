"""What is kept of plays. Days are counted from the epoch in UTC.

Nothing of it is about a person for longer than two days: a listener is a digest under the day's
salt, and the salt goes together with the day's marks, from SQLite's files, too
(``origin.database.traces``); PostgreSQL's have it until its vacuum comes.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    text,
)

from origin.companion.catalogue.tables import tracks
from packager.queue.job import NAME_LENGTH_MAX
from packager.queue.tables import metadata

_ID: Final = String(NAME_LENGTH_MAX)
_TICKET: Final = String(32)
_IS_TO_PAIR: Final = text("paired_s IS NULL")

play_keys: Final = Table(
    "play_keys",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("secret", LargeBinary, nullable=False),
)
"""The one key that all processes sign tickets with."""

play_salts: Final = Table(
    "play_salts",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
)

play_marks: Final = Table(
    "play_marks",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("ticket", _TICKET, primary_key=True),
    Column("listener", String(64), nullable=False),
    Column("track_id", _ID, nullable=False),
    Column("paired_s", Double),
    Index(None, "day", "listener", "track_id"),
    Index(
        "ix_play_marks_to_pair",
        *("day", "listener", "track_id"),
        sqlite_where=_IS_TO_PAIR,
        postgresql_where=_IS_TO_PAIR,
    ),
)
"""A row each ticket that has counted; the day is the one on which it was given.

``paired_s`` is when somebody looked what else its listener heard on that day (``similar``).
"""

play_days: Final = Table(
    "play_days",
    metadata,
    Column("track_id", _ID, ForeignKey(tracks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("plays", BigInteger, nullable=False),
    Column("heard_s", Double, nullable=False),
)
"""What a chart is made of."""
