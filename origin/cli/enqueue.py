"""``soundbridge enqueue``: leave a source to the workers."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import click

from origin.cli.database import database_setting, state_setting
from origin.cli.extras import lossless_setting, packed_audio_setting
from origin.cli.ids import check_id, new_id
from origin.settings import setting
from packager.extras import Extras


@click.command(short_help="Leave a source to the workers.")
@click.argument("source")
@state_setting
@database_setting
@setting("--json", "as_json", is_flag=True, help="Print one JSON line.")
@setting("--asset-id", callback=check_id, help="Id of the asset; a new one without it.")
@setting("--playback-id", callback=check_id, help="Id in its URLs; a new one without it.")
@setting("--creator", default="local", help="Whose it is; workers are shared out fairly.")
@setting("--priority", default=0, help="Higher numbers come first.")
@setting("--store", metavar="URL", help="Upload a file to this store of the workers first.")
@lossless_setting
@packed_audio_setting
@setting("--idempotency-key", help="Of a creator's jobs with one key, only the first is taken.")
def enqueue(
    source: str,
    *,
    state: Path,
    database: str | None,
    as_json: bool,
    asset_id: str,
    playback_id: str,
    creator: str,
    priority: int,
    store: str | None,
    lossless: bool,
    packed_audio: bool,
    idempotency_key: str | None,
) -> None:
    """Queue SOURCE, a path or a URL, for `soundbridge worker`.

    With --store, a file is uploaded there first, for workers on other machines, and may then go;
    `soundbridge gc` removes the upload once it is packaged. Without it, workers have to see the
    same path.

    \b
    soundbridge enqueue song.flac --store s3://media/audio --database postgresql://...
    """  # noqa: D301 click wants the character, not its name
    from origin.database.engine import DatabaseUnusable
    from origin.packaging_job import PackagingJob, Terms, enqueue_packaging
    from origin.store import StoreUnusable, local_path
    from origin.uploading import Upload, keep_if_queued
    from packager.errors import PackagingError
    from packager.queue.errors import QueueError

    extras = Extras(lossless=lossless, packed_audio=packed_audio)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    path = local_path(source)
    upload = Upload(path, store, asset_id) if path is not None and store is not None else None
    where = upload.where if upload is not None else str(path or source)
    job = PackagingJob(where, asset_id, playback_id, now, extras)
    terms = Terms(creator, priority, idempotency_key)
    try:
        with keep_if_queued(upload) as keep:
            queued = enqueue_packaging(
                state, database, job, terms, job_id=new_id(), now_s=time.time()
            )
            keep(queued.job.source)
    except StoreUnusable as error:
        raise click.UsageError(str(error)) from error
    except (DatabaseUnusable, PackagingError, QueueError) as error:
        raise click.ClickException(str(error)) from error
    ids = {
        "job_id": queued.job_id,
        "asset_id": queued.job.asset_id,
        "playback_id": queued.job.playback_id,
        "is_new": queued.is_new,
    }
    click.echo(json.dumps(ids) if as_json else f"Queued {where} as {queued.job.playback_id}.")
