"""``soundbridge admin reindex``, ``reap`` and ``forget``: what servers do by themselves, now."""

import asyncio
import time
from pathlib import Path

import click

from origin.cli.admin.running import in_database
from origin.cli.database import database_setting, state_setting
from origin.cli.store import store_in, stores_setting
from origin.stores.opening import StoreUnusable


@click.command()
@state_setting
def reindex(*, state: Path) -> None:
    """Let the server that has this state folder make its index for searches anew.

    Searches find what they found until it is made. Each machine has an index of its own.
    """
    from origin.companion.search.folders import Folders
    from origin.companion.search.opening import FOLDER
    from origin.companion.search.schema import SCHEMA
    from origin.database.sqlite import FILE_NAME

    if not any((state / name).exists() for name in (FOLDER, FILE_NAME)):  # PostgreSQL has no file
        raise click.ClickException(
            f"No server has kept an index in the folder {state}. Give --state as `soundbridge"
            " serve` has it."
        )
    try:
        Folders(state / FOLDER, SCHEMA).ask_for_rebuild()
    except OSError as error:
        raise click.ClickException(f"The folder {state} cannot be used: {error}.") from error
    click.echo("The index will be made anew, as soon as a server with this folder sees it.")


@click.command()
@stores_setting
@state_setting
@database_setting
def reap(*, stores: tuple[str, ...], state: Path, database: str | None) -> None:
    """Take away what was uploaded of uploads that nobody finished in time, and say how many.

    Servers do so every few minutes. Of several stores, uploads go to the first.
    """
    from origin.database.engine import DatabaseUnusable
    from origin.delivery import logs
    from origin.delivery.errors import DatabaseUnavailable

    logs.configure()  # to stderr, as all logs
    store = stores[0] if stores else str(store_in(state))
    try:
        reaped = asyncio.run(_reap(store, state, database))
    except (DatabaseUnusable, StoreUnusable) as error:
        raise click.ClickException(str(error)) from error
    except DatabaseUnavailable as error:
        raise click.ClickException(f"{error} ({error.__cause__})") from error
    click.echo(f"{reaped} uploads were taken away.")


@click.command()
@click.argument("kind", type=click.Choice(["user", "content", "search", "all"]), default="all")
@state_setting
@database_setting
def forget(*, kind: str, state: Path, database: str | None) -> None:
    """Have all servers read anew what they keep of the API's public answers: those of a KIND.

    user: whatever says something of an artist; content: of a track or an album; search: lists, and
    what is found. They do so by themselves where something is changed through soundbridge; this is
    for who has changed rows otherwise. It takes a second.
    """
    from origin.companion.caching.concerned import FORGOTTEN
    from origin.companion.caching.subjects import KINDS, every
    from origin.companion.catalogue.events import News, tell_all

    kinds = KINDS if kind == "all" else (kind,)
    news = [News(FORGOTTEN, every(each), "", {}) for each in kinds]
    in_database(state, database, lambda rows: tell_all(rows, news, now_s=time.time()))
    click.echo(f"Servers will read anew what is about {', '.join(every(each) for each in kinds)}.")


async def _reap(store: str, state: Path, database: str | None) -> int:
    from origin.companion.database import Database
    from origin.companion.identity.new_ids import new_random_id
    from origin.companion.uploads.opening import open_uploads
    from origin.companion.uploads.reaping import reap as reap_all
    from origin.companion.uploads.rules import UploadRules
    from origin.database.engine import open_existing

    async with (
        open_existing(state, database) as engine,
        open_uploads(Database(engine), store, state, UploadRules(), new_random_id) as around,
    ):
        return await reap_all(around)
