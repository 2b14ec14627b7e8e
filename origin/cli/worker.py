"""``soundbridge worker``: package what is queued, until told to stop."""

from pathlib import Path

import click

from origin.cli.cache import cache_setting
from origin.cli.database import database_setting, outward_setting, state_setting
from origin.cli.purging import purge_setting, require_credentials
from origin.cli.store import store_setting
from origin.cli.uploads import (
    rules_of,
    upload_expiry_setting,
    upload_quota_setting,
    upload_size_setting,
    uploads_setting,
)
from origin.settings import setting
from origin.stores.opening import StoreUnusable


@click.command(short_help="Package what is queued, until told to stop.")
@store_setting
@state_setting
@database_setting
@cache_setting
@outward_setting
@purge_setting
@upload_size_setting
@upload_quota_setting
@uploads_setting
@upload_expiry_setting
@setting("--jobs", default=1, type=click.IntRange(1, 256), help="Jobs at a time.")
@setting(
    "--lease",
    "lease_s",
    default=30.0,
    type=click.FloatRange(1, 3600),
    metavar="SECONDS",
    help="A worker not heard of for this long loses its jobs to others.",
)
@setting(
    "--drain",
    "drain_s",
    default=60.0,
    type=click.FloatRange(0, 86_400),
    metavar="SECONDS",
    help="On SIGTERM, let jobs finish for this long; then give them back.",
)
@setting(
    "--promises",
    "promises_s",
    default=3600.0,
    type=click.FloatRange(0, 86_400),
    metavar="SECONDS",
    help="Look this often for what was to stay for a while only, withdrawn revisions and the "
    "growing playlists of complete ones, and remove it; 0 leaves it to others.",
)
def worker(
    *,
    store: str,
    state: Path,
    database: str | None,
    jobs: int,
    lease_s: float,
    drain_s: float,
    promises_s: float,
    cache: str | None,
    outward: tuple[str, ...],
    purge: tuple[str, ...],
    upload_size_mb: int,
    upload_quota_mb: int,
    uploads_per_creator: int,
    upload_expiry_h: float,
) -> None:
    """Package what is queued. Any number of workers, on any number of machines, share a queue.

    What is fetched from URLs is bound by the --upload- options: say what `serve` is told.

    An hour after a revision was withdrawn, or who heard it grow has heard all of it, workers remove
    what only those listeners needed. All else stays until `soundbridge gc` is run.
    """
    from origin.cache.errors import CacheUnusable
    from origin.database.engine import DatabaseUnusable
    from origin.work_settings import Settings
    from origin.working import run_worker

    uploads = rules_of(upload_size_mb, upload_quota_mb, uploads_per_creator, upload_expiry_h)
    require_credentials(purge)
    settings = Settings(
        store, state, database, jobs, lease_s, drain_s, promises_s, cache, outward, uploads, purge
    )
    try:
        run_worker(settings)
    except (StoreUnusable, CacheUnusable) as error:
        raise click.UsageError(str(error)) from error
    except DatabaseUnusable as error:
        raise click.ClickException(str(error)) from error
