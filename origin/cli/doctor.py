"""``soundbridge doctor``: what a server stands on, and what to do where it does not hold."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from origin.cli.access import api_origins_setting
from origin.cli.cache import cache_setting
from origin.cli.database import (
    DEFAULT_STATE,
    database_setting,
    optional_state_setting,
    replica_urls_of,
    replicas_setting,
)
from origin.cli.purging import purge_setting
from origin.cli.store import store_in, stores_setting
from origin.settings import setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from origin.checkup.finding import Finding

_MB: Final = 1_000_000
_COLOURS: Final = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command(short_help="Look at all that a server needs, and say what to do.")
@stores_setting
@optional_state_setting
@database_setting
@replicas_setting
@cache_setting
@purge_setting
@api_origins_setting
@setting(
    "--least-free",
    "least_free_mb",
    default=2_000,
    type=click.IntRange(0),
    metavar="MB",
    help="Room that there has to be in --state, and in stores that are folders.",
)
@setting(
    "--time-limit",
    "--doctor-time-limit",
    "limit_s",
    default=10.0,
    type=click.FloatRange(0.1, 600),
    metavar="SECONDS",
    help="How long each thing may take to answer.",
)
@setting("--json", "as_json", is_flag=True, help="Print a JSON array of what was found.")
def doctor(
    *,
    stores: tuple[str, ...],
    state: Path | None,
    database: str | None,
    replica_urls: tuple[str, ...],
    cache: str | None,
    purge: tuple[str, ...],
    origins: tuple[str, ...],
    least_free_mb: int,
    limit_s: float,
    as_json: bool,
) -> None:
    """Look at stores, bucket rules, database, replicas, queue, cache, CDNs, clocks, codecs, disk.

    Give it the options of `soundbridge serve`. It changes nothing, but for an object in each store
    that it puts, reads and deletes again. The exit status is 1 where something fails; what only
    deserves a look is no failure.
    """
    from origin.checkup.composition import Patient, checks_of
    from origin.checkup.finding import Level
    from origin.checkup.running import run

    has_rows = not stores or state is not None or database is not None
    rows = (state or DEFAULT_STATE) if has_rows else None
    patient = Patient(
        stores or (str(store_in(rows or DEFAULT_STATE)),),
        rows,
        database,
        cache,
        least_free_mb * _MB,
        makes_store=not stores,
        origins=origins,
        replicas=replica_urls_of(replica_urls, database),
        purge=purge,
    )
    found = asyncio.run(run(checks_of(patient), limit_s))
    (_as_json if as_json else _as_lines)(found)
    if any(finding.level is Level.FAIL for _, finding in found):
        raise SystemExit(1)


def _as_json(found: "Sequence[tuple[str, Finding]]") -> None:
    lines = [
        {"check": name, "level": each.level, "said": each.said, "to_do": each.to_do}
        for name, each in found
    ]
    click.echo(json.dumps(lines, indent=2))


def _as_lines(found: "Sequence[tuple[str, Finding]]") -> None:
    for name, finding in found:
        level = click.style(f"{finding.level:4}", fg=_COLOURS[finding.level])
        click.echo(f"{level}  {name:8}  {finding.said}")
        if finding.to_do:
            click.echo(f"{'':16}-> {finding.to_do}")
