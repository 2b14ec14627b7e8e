"""The tables of the queue and of what it publishes. Times are seconds since the epoch."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from packager.queue.job import KEY_LENGTH_MAX, NAME_LENGTH_MAX

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

jobs: Final = Table(
    "jobs",
    metadata,
    Column("id", String(NAME_LENGTH_MAX), primary_key=True),
    Column("kind", String(NAME_LENGTH_MAX), nullable=False),
    Column("subject", String(NAME_LENGTH_MAX), index=True),
    Column("payload", Text, nullable=False),
    Column("creator_id", String(NAME_LENGTH_MAX), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("idempotency_key", String(KEY_LENGTH_MAX)),
    Column("state", String(16), nullable=False),
    Column("created_s", Double, nullable=False),
    Column("not_before_s", Double, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fence", BigInteger, nullable=False),
    Column("lease_until_s", Double, nullable=False),
    Column("progress", Double, nullable=False),
    Column("failure_code", String(NAME_LENGTH_MAX)),
    Column("failure_reason", Text),
    Column("finished_s", Double),
    UniqueConstraint("creator_id", "idempotency_key"),
    Index(None, "state", "priority", "created_s"),
    Index(None, "creator_id", "state"),
    Index(None, "creator_id", "fence"),
    Index("ix_jobs_finished_s_kind", "finished_s", "kind"),
)

claims: Final = Table(
    "claims",
    metadata,
    # SQLite numbers by itself only what is an INTEGER, and that has 64 bits there.
    Column(
        "fence",
        BigInteger().with_variant(Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("job_id", ForeignKey(jobs.c.id, ondelete="CASCADE"), nullable=False, index=True),
    Column("worker", String(KEY_LENGTH_MAX), nullable=False),
    Column("claimed_s", Double, nullable=False),
    sqlite_autoincrement=True,  # or a number comes again once its row is deleted
)
"""One row a claim: its number is the fencing token, and the rows are the job's history."""

assets: Final = Table(
    "assets",
    metadata,
    Column("asset_id", String(NAME_LENGTH_MAX), primary_key=True),
    Column("playback_id", String(NAME_LENGTH_MAX), nullable=False, unique=True),
    Column("revision", String(NAME_LENGTH_MAX)),
    Column("entry", Text),
    Column("fence", BigInteger, nullable=False),
    Column("stored_fence", BigInteger, nullable=False),
    Column("is_awaited", Boolean, nullable=False, server_default=false()),
    Column("publications", Integer, nullable=False),
    Column("published_s", Double),
    Column("deleted_s", Double),
)
"""What each asset plays. ``entry`` is its entry object; the store holds the entry of publication
``stored_fence``, and is behind where that is not ``fence``; where it ``is_awaited``, the store has
none yet, so that nothing plays. ``deleted_s`` is the tombstone of an
asset that nothing is published into any more."""
