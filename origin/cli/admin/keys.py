"""``soundbridge admin key``: API keys of users."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from origin.cli.admin.running import in_database
from origin.cli.database import database_setting, state_setting
from origin.cli.duration import Duration
from origin.companion.identity.principal import Scope

_SCOPES: Final = [scope.value for scope in Scope]


@click.group()
def key() -> None:
    """Make API keys, list them, revoke them. USER is an id, or a name of one."""


@key.command()
@click.argument("user", metavar="USER")
@state_setting
@database_setting
@click.option("--name", default="command line", show_default=True, help="To know it again by.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice(_SCOPES), help="All, where none is given."
)
@click.option("--for", "valid_for_s", type=Duration(), help="How long it is good; else for ever.")
def add(
    user: str,
    *,
    state: Path,
    database: str | None,
    name: str,
    scopes: tuple[str, ...],
    valid_for_s: float | None,
) -> None:
    """Make a key for USER, and print it: it is shown this once."""
    from origin.companion.identity.administration import add_key_for

    said = frozenset(Scope(scope) for scope in scopes or _SCOPES)
    text = in_database(
        state,
        database,
        lambda connection: add_key_for(
            connection, user, name, said, now_s=time.time(), valid_for_s=valid_for_s
        ),
    )
    click.echo(text)


@key.command("list")
@click.argument("user", metavar="USER")
@state_setting
@database_setting
def list_keys(user: str, *, state: Path, database: str | None) -> None:
    """Print id, end, scopes and name of each key of USER that is good."""
    from origin.companion.identity.administration import keys_of

    rows = in_database(
        state, database, lambda connection: keys_of(connection, user, now_s=time.time())
    )
    for row in rows:
        ends = "for ever" if row.expires_s is None else _day(row.expires_s)
        click.echo(f"{row.id}  {ends:10}  {row.scopes}  {row.name}")


@key.command()
@click.argument("key_id")
@state_setting
@database_setting
def revoke(key_id: str, *, state: Path, database: str | None) -> None:
    """Let the key with KEY_ID, the part of it behind sb_, be good no more."""
    from origin.companion.identity.administration import revoke_any

    in_database(
        state, database, lambda connection: revoke_any(connection, key_id, now_s=time.time())
    )


def _day(epoch_s: float) -> str:
    return datetime.fromtimestamp(epoch_s, UTC).date().isoformat()
