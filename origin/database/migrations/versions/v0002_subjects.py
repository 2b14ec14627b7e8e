"""What each job is about, so that the jobs of an asset are found without reading all of them.

Jobs that package get it from their payload. Payloads are read here and not by the database: the
JSON functions of PostgreSQL refuse lone surrogates, which stand for bytes of a path that are no
UTF-8.

All of those jobs are read and written once, a batch at a time, in the one transaction of the
migration: until it commits, PostgreSQL lets nobody at the table and SQLite nobody write. A million
of them take about 20 s (SQLite) or 45 s (PostgreSQL). Workers whose leases end meanwhile lose their
jobs, which go on where they were.
"""

import json
import re

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_BATCH_ROWS = 1_000
# Not taken from where ids are made today: what this step did must not change with that.
_ASSET_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")

_jobs = sa.table(
    "jobs",
    sa.column("id", sa.String),
    sa.column("kind", sa.String),
    sa.column("payload", sa.Text),
    sa.column("subject", sa.String),
)


def upgrade() -> None:
    """Add the column, fill it, then index it."""
    op.add_column("jobs", sa.Column("subject", sa.String(64)))
    _fill(op.get_bind())
    op.create_index("ix_jobs_subject", "jobs", ["subject"])


def _fill(connection: sa.Connection) -> None:
    named = sa.update(_jobs).where(_jobs.c.id == sa.bindparam("of_job"))
    written = named.values(subject=sa.bindparam("asset"))
    last_id = ""
    while batch := connection.execute(_after(last_id)).all():
        found = [(job.id, _asset_id(job.payload)) for job in batch]
        known = [{"of_job": job_id, "asset": asset} for job_id, asset in found if asset is not None]
        if known:
            connection.execute(written, known)
        last_id = batch[-1].id


def _after(job_id: str) -> sa.Select[tuple[str, str]]:
    return (
        sa.select(_jobs.c.id, _jobs.c.payload)
        .where(_jobs.c.kind == "package", _jobs.c.id > job_id)
        .order_by(_jobs.c.id)
        .limit(_BATCH_ROWS)
    )


def _asset_id(payload: str) -> str | None:
    """Return the id in a payload, None where another program queued something else."""
    try:
        asset_id = json.loads(payload)["asset_id"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return asset_id if isinstance(asset_id, str) and _ASSET_ID.fullmatch(asset_id) else None


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_jobs_subject", "jobs")
    op.drop_column("jobs", "subject")
