"""A request to package a source, on its way through the queue."""

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final, Self

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.database.engine import open_database
from packager.errors import UnsupportedSource
from packager.extras import NO_EXTRAS, Extras
from packager.queue import assets
from packager.queue.enqueue import enqueue
from packager.queue.errors import JobRefused
from packager.queue.job import NewJob, Payload

KIND: Final = "package"


class QueueUnanswered(Exception):
    """The database was lost on the way: whether the job is queued is not known."""


@dataclass(frozen=True, slots=True)
class PackagingJob:
    """What a worker needs to know. ``created_at`` is RFC 3339 in UTC.

    ``upload_sha256`` is of the source as it was seen while it was uploaded for this job, and
    ``said_sha256`` what its sender says, where nobody saw all of it.
    """

    source: str
    asset_id: str
    playback_id: str
    created_at: str
    extras: Extras = NO_EXTRAS
    upload_sha256: str | None = None
    said_sha256: str | None = None

    def to_payload(self) -> Payload:
        """Return it as it is queued."""
        fields = asdict(self)
        if self.said_sha256 is None:
            del fields["said_sha256"]  # workers of the version before take what they know alone
        return fields

    @classmethod
    def from_payload(cls, payload: Payload) -> Self:
        """Read it back; raises UnsupportedSource where another program queued something else."""
        try:
            fields: dict[str, Any] = dict(payload)
            extras = Extras(**fields.pop("extras", {}))
            return cls(**fields, extras=extras)
        except TypeError as error:
            raise UnsupportedSource(f"That is no request to package a source: {error}") from error


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose job it is, and when it is its turn."""

    creator_id: str
    priority: int
    idempotency_key: str | None


@dataclass(frozen=True, slots=True)
class Queued:
    """A job that is in the queue, and what it will make."""

    job_id: str
    job: PackagingJob
    is_new: bool


def enqueue_packaging(
    state: Path,
    url: str | None,
    job: PackagingJob,
    terms: Terms,
    *,
    job_id: str,
    now_s: float,
) -> Queued:
    """Open the database, and queue the job there with the row of its asset.

    Raises DatabaseUnusable, JobRefused or PlaybackIdTaken, after which nothing is queued, or
    QueueUnanswered.
    """

    async def run() -> Queued:
        async with open_database(state, url) as database:
            try:
                return await _enqueue(database, job, terms, job_id=job_id, now_s=now_s)
            except (SQLAlchemyError, OSError) as error:
                raise QueueUnanswered(
                    "The database did not say whether the job is queued: "
                    f"{str(error).partition(chr(10))[0]}. With an --idempotency-key, the same "
                    "command may be given again and again; it is queued once."
                ) from error

    return asyncio.run(run())


async def _enqueue(
    database: AsyncEngine, job: PackagingJob, terms: Terms, *, job_id: str, now_s: float
) -> Queued:
    new = NewJob(
        KIND,
        job.to_payload(),
        terms.creator_id,
        subject=job.asset_id,
        priority=terms.priority,
        idempotency_key=terms.idempotency_key,
    )
    async with database.begin() as connection:
        queued = await enqueue(connection, new, job_id=job_id, now_s=now_s)
        there = PackagingJob.from_payload(queued.payload)
        if _work(there) != _work(job):
            raise JobRefused(
                f"The idempotency key {terms.idempotency_key!r} was used for another source, or "
                "with other options. Use a new key for a new job."
            )
        if queued.is_new:
            await assets.register(connection, job.asset_id, job.playback_id)
    return Queued(queued.job_id, there, queued.is_new)


def _work(job: PackagingJob) -> tuple[str, str | None, Extras]:
    """Return what two requests for the same work share: of an upload, its name and content."""
    source = job.source if job.upload_sha256 is None else PurePosixPath(job.source).name
    return source, job.upload_sha256, job.extras
