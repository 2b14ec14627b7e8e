"""Running what an operator asks for in the database, and saying in a sentence what was wrong."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

_T = TypeVar("_T")


def in_database(
    state: Path,
    database: str | None,
    work: "Callable[[AsyncConnection], Awaitable[_T]]",
    *,
    makes: bool = False,
) -> _T:
    """Return what ``work`` does in one transaction; raises click.ClickException.

    Where there is no database, one is made if the command ``makes`` it, and that is said.
    """
    from origin.companion.database import Database
    from origin.companion.identity.administration import NotDone
    from origin.database.engine import DatabaseUnusable, bring_up_to_date, open_existing
    from origin.delivery import logs
    from origin.delivery.errors import DatabaseUnavailable

    logs.configure()  # to stderr: what it waits for

    async def run() -> _T:
        if makes and not (await bring_up_to_date(state, database)).before:
            click.echo(f"A new database was made{'' if database else f' in {state}'}.", err=True)
        async with (
            open_existing(state, database) as engine,
            Database(engine).change() as connection,
        ):
            return await work(connection)

    try:
        return asyncio.run(run())
    except (DatabaseUnusable, NotDone) as error:
        raise click.ClickException(str(error)) from error
    except DatabaseUnavailable as error:
        raise click.ClickException(f"{error} ({error.__cause__})") from error
