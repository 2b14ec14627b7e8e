"""``soundbridge admin retry``: what was given up for good, once more."""

import time
from pathlib import Path

import click

from origin.cli.admin.running import in_database
from origin.cli.database import database_setting, state_setting


@click.command()
@click.argument("job_id", required=False)
@state_setting
@database_setting
@click.option("--kind", metavar="KIND", help="All of a kind: package, webhook, ...")
@click.option(
    "--limit",
    type=click.IntRange(1, 100_000),
    default=1_000,
    show_default=True,
    help="At most, the newest first.",
)
def retry(
    job_id: str | None, *, state: Path, database: str | None, kind: str | None, limit: int
) -> None:
    """Let workers try again the job with JOB_ID, or all of a kind, that they had given up.

    Its asset is being prepared again. Mend first what was in the way, which is the same otherwise.
    With neither, print id, kind, subject (such as an asset) and failure of those there are.
    """
    from origin.companion.assets.retrying import given_up, retry_job, retry_kind

    if job_id is not None and kind is not None:
        raise click.UsageError("Give the id of a job, or --kind, not both.")
    now_s = time.time()
    if job_id is not None:
        text = job_id
        is_new = in_database(state, database, lambda rows: retry_job(rows, text, now_s=now_s))
        click.echo(f"Job {job_id} is queued{' again' if is_new else ' already, or at work'}.")
    elif kind is not None:
        of = kind
        queued = in_database(state, database, lambda rows: retry_kind(rows, of, limit, now_s=now_s))
        click.echo(f"{queued} jobs are queued again.")
    else:
        for row in in_database(state, database, lambda rows: given_up(rows, None, limit)):
            why = f"{row.failure_code or '-'}: {row.failure_reason or '-'}"
            click.echo(f"{row.id}  {row.kind:10}  {row.subject or '-'}  {why}")
