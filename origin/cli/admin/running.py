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
    state: Path, database: str | None, work: "Callable[[AsyncConnection], Awaitable[_T]]"
) -> _T:
    """Return what ``work`` does in one transaction; raises click.ClickException."""
    from origin.companion.database import Database
    from origin.companion.identity.administration import NotDone
    from origin.database.engine import DatabaseUnusable, open_database
    from origin.delivery import logs
    from origin.delivery.errors import DatabaseUnavailable

    logs.configure()  # to stderr: what it waits for

    async def run() -> _T:
        async with (
            open_database(state, database) as engine,
            Database(engine).change() as connection,
        ):
            return await work(connection)

    try:
        return asyncio.run(run())
    except (DatabaseUnusable, NotDone) as error:
        raise click.ClickException(str(error)) from error
    except DatabaseUnavailable as error:
        raise click.ClickException(f"{error} ({error.__cause__})") from error
