"""``soundbridge gc``: what a store holds and nothing needs."""

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from origin.cli.database import database_setting
from origin.settings import setting
from origin.stores.opening import StoreUnusable, open_store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from origin.collecting.rows import Asked
    from packager.publishing.garbage import Graces, Removal

_HOUR_S: Final = 3600.0
_MEGABYTE: Final = 1_000_000
_HOURS: Final = click.FloatRange(0.25, 100_000)
"""A quarter of an hour at least: what has just been written may be of work that goes on."""
_NOT_ASKED: Final = (
    "No database was asked. Where workers package into this store, give --state or --database."
)
_WHY: Final = {
    "superseded": "another revision plays, or none",
    "abandoned": "nobody goes on with it",
    "withdrawn": "its source turned out to be bad",
    "grown": "its revision is complete",
    "done": "its job has ended",
    "given up": "its job was given up long ago",
}


@click.command(short_help="Find what a store holds and nothing needs.")
@click.argument("store")
@setting(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="State folder of the workers, which knows what waits for them.",
)
@database_setting
# No setting: what removes is asked for by who is there, and never by an environment or a file.
@click.option("--delete", is_flag=True, help="Remove it; without this, it is only listed.")
@setting(
    "--grace",
    "grace_h",
    default=24.0,
    type=_HOURS,
    metavar="HOURS",
    help="Keep superseded revisions, and sources after the end of their job, for this long.",
)
@setting(
    "--parked",
    "parked_h",
    default=720.0,
    type=_HOURS,
    metavar="HOURS",
    help="Keep the sources of a job that was given up for this long: it may be tried again.",
)
@setting(
    "--abandoned",
    "abandoned_h",
    default=24.0,
    type=_HOURS,
    metavar="HOURS",
    help="Take an unfinished revision for abandoned that nothing was added to for this long.",
)
@setting("--json", "as_json", is_flag=True, help="Print one JSON document.")
def gc(
    store: str,
    *,
    state: Path | None,
    database: str | None,
    delete: bool,
    grace_h: float,
    parked_h: float,
    abandoned_h: float,
    as_json: bool,
) -> None:
    """List what STORE, a folder or store URL, holds and nothing needs; with --delete, remove it.

    That is superseded, abandoned and withdrawn revisions, the growing playlists of complete ones,
    uploaded sources that have been packaged, and pictures of tracks that no row names. What an
    entry, or an asset's row in the database, plays is never touched. Where workers package into the
    store, give their --state or --database: without it, a source whose job still waits is
    recognised only by its asset having no entry, pictures are left alone, and nothing is purged.
    Servers that do not read that database go on giving what they have in memory to whoever knows
    its URL, until they are reloaded.

    \b
    soundbridge gc s3://media/audio --database postgresql://...
    soundbridge gc s3://media/audio --database postgresql://... --delete
    """  # noqa: D301 click wants the character, not its name
    from packager.publishing.garbage import Graces
    from packager.publishing.withdrawal import GRACE

    graces = Graces(
        superseded_s=grace_h * _HOUR_S,
        abandoned_s=abandoned_h * _HOUR_S,
        parked_s=parked_h * _HOUR_S,
        withdrawn_s=GRACE.total_seconds(),
    )
    with _removals(store, state, database, graces, deletes=delete) as removals:
        (_as_json if as_json else _as_sentences)(removals, deleted=delete)


@contextmanager
def _removals(
    store: str, state: Path | None, database: str | None, graces: "Graces", *, deletes: bool
) -> "Iterator[Iterator[Removal]]":
    """Give the caller's block what goes, and say to a person what ends it early."""
    from origin.collecting.collect import find_garbage, remove_garbage
    from origin.collecting.errors import CollectionFailed
    from origin.collecting.surroundings import Surroundings
    from origin.database.engine import DatabaseUnusable

    walk = remove_garbage if deletes else find_garbage
    try:
        with _questions(state, database) as asked:
            around = Surroundings(open_store(store))
            if asked is not None:
                around = replace(
                    around,
                    row_of=asked.row_of,
                    pictures_of=asked.pictures_of,
                    purging=asked.purging,
                )
            yield walk(around, graces)
    except StoreUnusable as error:
        raise click.UsageError(str(error)) from error
    except (CollectionFailed, DatabaseUnusable) as error:
        raise click.ClickException(str(error)) from error


@contextmanager
def _questions(state: Path | None, database: str | None) -> "Iterator[Asked | None]":
    if state is None and database is None:
        click.echo(_NOT_ASKED, err=True)
        yield None
        return
    from origin.collecting.rows import questions
    from origin.delivery import logs

    logs.configure()  # to stderr: what it waits for
    with questions(state, database) as asked:
        yield asked


def _as_json(removals: "Iterator[Removal]", *, deleted: bool) -> None:
    """Print what went, also where something ended it before it was complete."""
    found: list[dict[str, Any]] = []
    is_complete = False
    try:
        for removal in removals:
            found.append(_described(removal))  # noqa: PERF401 what came before a failure counts
        is_complete = True
    finally:
        totals = {name: sum(each[name] for each in found) for name in ("objects", "size_bytes")}
        result = {"deleted": deleted, "complete": is_complete, "removals": found, **totals}
        click.echo(json.dumps(result))


def _described(removal: "Removal") -> dict[str, Any]:
    return {
        "folder": removal.folder,
        "reason": removal.reason.value,
        "objects": len(removal.objects),
        "size_bytes": removal.size_bytes,
    }


def _as_sentences(removals: "Iterator[Removal]", *, deleted: bool) -> None:
    """Print what goes as it goes, and at the end, however it comes, how much that was."""
    folders = objects = size_bytes = 0
    try:
        for removal in removals:
            folders += 1
            objects += len(removal.objects)
            size_bytes += removal.size_bytes
            click.echo(
                f"{removal.folder}  {removal.reason.value}: {_WHY[removal.reason]}; "
                f"{len(removal.objects)} objects, {_megabytes(removal.size_bytes)}"
            )
        if not folders:
            click.echo("There is nothing to remove.")
    finally:
        if folders:
            total = f"{objects} objects in {folders} folders, {_megabytes(size_bytes)}"
            could = f"{total} could go. Remove them with --delete."
            click.echo(f"Removed {total}." if deleted else could)


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / _MEGABYTE:.1f} MB"
