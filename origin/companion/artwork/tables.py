"""Which pictures are stored for tracks. Times are seconds since the epoch."""

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Index, String, Table, text

from origin.companion.catalogue.tables import tracks
from origin.companion.identity.tables import users
from packager.queue.job import NAME_LENGTH_MAX
from packager.queue.tables import metadata

_ID: Final = String(NAME_LENGTH_MAX)
_IS_TO_GO: Final = text("due_s IS NOT NULL")


def _index(name: str, *columns: str) -> Index:
    return Index(name, *columns, sqlite_where=_IS_TO_GO, postgresql_where=_IS_TO_GO)


artworks: Final = Table(
    "artworks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("track_id", _ID, ForeignKey(tracks.c.id, ondelete="CASCADE"), nullable=False),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False),
    Column("made_s", Double, nullable=False),
    Column("due_s", Double),
    Index(None, "track_id"),
    _index("ix_artworks_to_go_due_s", "due_s"),
    _index("ix_artworks_to_go_user_id", "user_id"),
)
"""``due_s`` is when it goes; null while a track shows it. What it looks like is in the track."""
