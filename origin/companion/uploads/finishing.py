"""The end of an upload: all of it is there, and its packaging is queued, in one transaction.

The source is where workers look for it before the transaction begins. A process that is killed in
between leaves an upload that is held by nobody, with all of its bytes: whoever asks for it next, or
the reaper, comes here again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.assets.rows import came_to_nothing, own
from origin.companion.catalogue.events import News
from origin.companion.catalogue.tracks import rows as tracks
from origin.companion.catalogue.tracks.telling import news
from origin.companion.uploads import rows
from origin.companion.uploads.states import OPEN, PARTIAL, State, TrackGone
from origin.packaging_job import KIND, PackagingJob
from packager.extras import Extras
from packager.queue import assets
from packager.queue.enqueue import enqueue
from packager.queue.job import NewJob

COMPLETED: Final = "upload.completed"


@dataclass(frozen=True, slots=True)
class Finished:
    """What is known of a source that is there; ``sha256`` is None where nobody has seen it all."""

    where: str
    size_bytes: int
    sha256: str | None


async def finish(
    connection: AsyncConnection,
    upload_id: str,
    token: str | None,
    found: Finished,
    new_id: Callable[[], str],
    *,
    now_s: float | None = None,
) -> Row[Any] | None:
    """Complete an upload and queue its packaging; None where it is not the holder's any more.

    ``token`` is the holder's. The last statements of the caller's transaction. Raises TrackGone.
    """
    now_s = time.time() if now_s is None else now_s
    row = await rows.find(connection, upload_id, to_change=True)
    if row is None or row.state not in OPEN or row.holder != token:
        return None
    track = await _track(connection, row)
    job_id = None if row.tus_concat == PARTIAL else new_id()
    duplicate_of, sha256 = None, found.sha256 or row.said_sha256
    if sha256 is not None:
        duplicate_of = await rows.same_content(connection, row.user_id, sha256, but=row.id)
    await rows.change(
        connection,
        upload_id,
        {
            "state": State.COMPLETE,
            "size_bytes": found.size_bytes,
            "received_bytes": found.size_bytes,
            "trusted_bytes": None,
            "sha256": found.sha256,
            "duplicate_of": duplicate_of,
            "job_id": job_id,
            "holder": None,
            "completed_s": now_s,
        },
    )
    if job_id is not None:
        job = _job(row, found, now_s)
        await _queue(connection, row, track, job, job_id=job_id, now_s=now_s)
    return await rows.find(connection, upload_id)


async def _track(connection: AsyncConnection, row: Row[Any]) -> Row[Any] | None:
    """Hold the track that is to have the asset, None where there is to be none.

    Raises TrackGone: nothing is packaged that is on no page.
    """
    if row.track_id is None or row.tus_concat == PARTIAL:
        return None
    track = await tracks.find(connection, row.track_id, to_change=True)
    if track is None:
        raise TrackGone
    return track


def _job(row: Row[Any], found: Finished, now_s: float) -> PackagingJob:
    created_at = datetime.fromtimestamp(now_s, UTC).isoformat(timespec="seconds")
    return PackagingJob(
        found.where,
        row.asset_id,
        row.playback_id,
        created_at,
        Extras(lossless=row.lossless, packed_audio=row.packed_audio),
        upload_sha256=found.sha256,
        said_sha256=row.said_sha256 if found.sha256 is None else None,
    )


async def _queue(
    connection: AsyncConnection,
    row: Row[Any],
    track: Row[Any] | None,
    job: PackagingJob,
    *,
    job_id: str,
    now_s: float,
) -> None:
    new = NewJob(KIND, job.to_payload(), row.user_id, subject=row.asset_id)
    await enqueue(connection, new, job_id=job_id, now_s=now_s)
    await assets.register(connection, row.asset_id, row.playback_id)
    told = [] if track is None else await _give_to(connection, track, row.asset_id, now_s)
    content = {"asset_id": row.asset_id, "playback_id": row.playback_id, "track_id": row.track_id}
    told = [News(COMPLETED, row.id, row.user_id, content), *told]
    await own(connection, row.asset_id, row.user_id, now_s=now_s, before=told)


async def _give_to(
    connection: AsyncConnection, track: Row[Any], asset_id: str, now_s: float
) -> list[News]:
    """Let a track have the asset, unless it has one that plays, or may yet."""
    before = track.asset_id
    if before is not None and not await came_to_nothing(connection, before, now_s=now_s):
        return []
    said = {"asset_id": asset_id}
    await tracks.change(connection, track, said, now_s=now_s)
    after = await tracks.find(connection, track.id)
    return [] if after is None else [news("track.changed", after, said)]
