"""What is kept of which tracks are heard together, and which are similar. Nothing is of a person.

No row is a listener's, and none can be traced to one: there are sums alone. Of a pair that was
heard once, the weight tells on which day that was, as ``play_days`` does of a track; not by whom.
"""

from typing import Final

from sqlalchemy import Column, Double, ForeignKey, Index, String, Table, Text

from origin.companion.catalogue.tables import tracks
from packager.queue.job import NAME_LENGTH_MAX
from packager.queue.tables import metadata

_ID: Final = String(NAME_LENGTH_MAX)

heard_together: Final = Table(
    "heard_together",
    metadata,
    Column("track_id", _ID, ForeignKey(tracks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("other_id", _ID, primary_key=True),
    Column("weight", Double, nullable=False),
    Index(None, "track_id", "weight", "other_id"),
)
"""How many listeners' days have both tracks in them, each pair both ways; see ``pairs.weight_of``.

A track with itself is how many have it at all, which the others are measured by.
"""

similar_tracks: Final = Table(
    "similar_tracks",
    metadata,
    Column("track_id", _ID, ForeignKey(tracks.c.id, ondelete="CASCADE"), primary_key=True),
    Column("others", Text),
    Column("made_s", Double, nullable=False),
    Column("due_s", Double, nullable=False),
    Index(None, "due_s"),
)
"""``others`` is a JSON list of ids, the most similar first; null until it is made, and while the
track is not listed, so that the first one that is made of a listed track is known as such.

``made_s`` is when it was, and ``due_s`` when it is to be made anew.
"""
