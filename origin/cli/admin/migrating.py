"""``soundbridge admin migrate``: the schema of this version, before servers of it start."""

import asyncio
from pathlib import Path

import click

from origin.cli.database import database_setting, state_setting


@click.command()
@state_setting
@database_setting
def migrate(*, state: Path, database: str | None) -> None:
    """Bring the database's schema up to date, and say from which revision to which.

    All that opens the database does so by itself; this is for who wants to see it done, however
    long it takes, before a new version serves. To do it again changes nothing.
    """
    from origin.database.engine import DatabaseUnusable, bring_up_to_date
    from origin.delivery import logs

    logs.configure()  # to stderr: what it waits for
    try:
        done = asyncio.run(bring_up_to_date(state, database))
    except DatabaseUnusable as error:
        raise click.ClickException(str(error)) from error
    if done.before == done.after:
        click.echo(f"The database is of revision {done.after} already.")
    else:
        click.echo(f"Migrated from {done.before or 'nothing'} to revision {done.after}.")
