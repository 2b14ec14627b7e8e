"""Uploads, one row each. Times are seconds since the epoch."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    text,
)

from origin.companion.catalogue.tables import tracks
from origin.companion.identity.tables import DIGEST_LENGTH, users
from packager.queue.job import KEY_LENGTH_MAX, NAME_LENGTH_MAX
from packager.queue.tables import metadata

_ID: Final = String(NAME_LENGTH_MAX)
GOES: Final = text("(state IN ('waiting', 'receiving') OR tus_concat = 'partial')")
"""What goes when its time is over. SQLite takes the index for this very term alone."""
ENDED: Final = text("state IN ('failed', 'expired')")
"""What nothing comes of any more, and is told of for a while."""

uploads: Final = Table(
    "uploads",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("user_id", _ID, ForeignKey(users.c.id), nullable=False),
    Column("asset_id", _ID, nullable=False, unique=True),
    Column("playback_id", _ID, nullable=False, unique=True),
    Column("track_id", _ID, ForeignKey(tracks.c.id), index=True),
    Column("job_id", _ID),
    Column("name", String(KEY_LENGTH_MAX), nullable=False),
    Column("lossless", Boolean, nullable=False),
    Column("packed_audio", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("way", String(16)),
    Column("size_bytes", BigInteger),
    Column("received_bytes", BigInteger, nullable=False),
    Column("trusted_bytes", BigInteger),
    Column("said_sha256", String(DIGEST_LENGTH)),
    Column("sha256", String(DIGEST_LENGTH)),
    Column("duplicate_of", _ID),
    Column("source_url", Text),
    Column("multipart_id", Text),
    Column("tus_metadata", Text),
    Column("tus_concat", Text),
    Column("holder", String(KEY_LENGTH_MAX)),
    Column("held_until_s", Double, nullable=False),
    Column("is_wanted", Boolean, nullable=False),
    Column("failure_code", _ID),
    Column("failure_reason", Text),
    Column("created_s", Double, nullable=False),
    Column("expires_s", Double, nullable=False),
    Column("completed_s", Double),
    Index(None, "user_id", "created_s", "id"),
    Index(None, "user_id", "state", "size_bytes", "received_bytes"),
    Index(None, "user_id", "sha256"),
    Index(
        "ix_uploads_going_expires_s",
        "expires_s",
        sqlite_where=GOES,
        postgresql_where=GOES,
    ),
    Index(
        "ix_uploads_ended_expires_s",
        "expires_s",
        sqlite_where=ENDED,
        postgresql_where=ENDED,
    ),
)
"""``trusted_bytes`` is how many of those received were checked, while the rest is under a checksum
that is not known to fit. ``holder`` appends until ``held_until_s``; ``is_wanted`` asks it to end.
``tus_concat`` is ``partial``, or the ids of what a final upload is made of."""
