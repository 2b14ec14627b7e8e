"""``soundbridge enqueue``: leave a source to the workers."""

import json
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from origin.cli.database import database_setting, state_setting
from origin.cli.extras import lossless_setting, packed_audio_setting
from origin.cli.ids import check_id, new_id
from origin.settings import setting
from packager.extras import Extras

if TYPE_CHECKING:
    from origin.packaging_job import PackagingJob, Queued
    from origin.uploading import Upload


@click.command(short_help="Leave a source to the workers.")
@click.argument("source")
@state_setting
@database_setting
@setting("--json", "as_json", is_flag=True, help="Print one JSON line.")
@setting("--asset-id", callback=check_id, help="Id of the asset; a new one without it.")
@setting("--playback-id", callback=check_id, help="Id in its URLs; a new one without it.")
@setting("--creator", default="local", help="Whose it is; workers are shared out fairly.")
@setting("--priority", default=0, help="Higher numbers come first.")
@setting("--upload-to", metavar="URL", help="Upload a file to this store first, for workers.")
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
    upload_to: str | None,
    lossless: bool,
    packed_audio: bool,
    idempotency_key: str | None,
) -> None:
    """Queue SOURCE, a path or a URL, for `soundbridge worker`.

    With --upload-to, a file is uploaded to that store first, for workers on other machines, and may
    then go; `soundbridge gc` removes the upload once it is packaged. Without it, workers have to
    see the same path.

    \b
    soundbridge enqueue song.flac --upload-to s3://media/audio --database postgresql://...
    """  # noqa: D301 click wants the character, not its name
    from origin.database.engine import DatabaseUnusable
    from origin.delivery import logs
    from origin.packaging_job import QueueUnanswered, Terms, enqueue_packaging
    from origin.stores.opening import StoreUnusable
    from origin.uploading import upload_and_queue
    from packager.errors import PackagingError
    from packager.queue.errors import QueueError

    logs.configure()  # to stderr: what it waits for
    terms = Terms(creator, priority, idempotency_key)
    extras = Extras(lossless=lossless, packed_audio=packed_audio)
    try:
        upload = _upload(source, upload_to, asset_id)
        job = _job(source, upload, asset_id, playback_id, extras)
        queue = partial(
            enqueue_packaging, state, database, job, terms, job_id=new_id(), now_s=time.time()
        )
        queued = queue() if upload is None else upload_and_queue(upload, queue)
    except StoreUnusable as error:
        raise click.UsageError(str(error)) from error
    except (DatabaseUnusable, PackagingError, QueueError, QueueUnanswered) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(_ids(queued)) if as_json else _sentence(queued))


def _upload(source: str, upload_to: str | None, asset_id: str) -> "Upload | None":
    """Return what is to be uploaded: a file, where a store is named; raises PackagingError."""
    from origin.stores.opening import local_path
    from origin.uploading import Upload

    path = local_path(source)
    if upload_to is None:
        return None
    if path is not None:
        return Upload.of(path, upload_to, asset_id, new_id())
    given = click.get_current_context().get_parameter_source("upload_to")
    if given is ParameterSource.COMMANDLINE:
        raise click.UsageError("--upload-to takes a file. Workers read a URL by themselves.")
    return None


def _job(
    source: str, upload: "Upload | None", asset_id: str, playback_id: str, extras: Extras
) -> "PackagingJob":
    from origin.packaging_job import PackagingJob
    from origin.stores.opening import local_path

    now = datetime.now(UTC).isoformat(timespec="seconds")
    if upload is not None:
        return PackagingJob(upload.where, asset_id, playback_id, now, extras, upload.sha256)
    return PackagingJob(str(local_path(source) or source), asset_id, playback_id, now, extras)


def _ids(queued: "Queued") -> dict[str, str | bool]:
    return {
        "job_id": queued.job_id,
        "asset_id": queued.job.asset_id,
        "playback_id": queued.job.playback_id,
        "is_new": queued.is_new,
    }


def _sentence(queued: "Queued") -> str:
    if not queued.is_new:
        return f"Already queued as {queued.job.playback_id}: nothing was added."
    return f"Queued {queued.job.source} as {queued.job.playback_id}."
