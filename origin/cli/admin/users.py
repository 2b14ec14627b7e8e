"""``soundbridge admin user``: who there is, and what they may."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from origin.cli.admin.running import in_database
from origin.cli.database import database_setting, state_setting
from origin.companion.identity.principal import Role

if TYPE_CHECKING:
    from sqlalchemy import Row

_ROLES: Final = [role.name.lower() for role in Role]


@click.group()
def user() -> None:
    """Add users, list them, say what they may, remove them. USER is an id, or a name of one."""


@user.command()
@click.argument("name")
@state_setting
@database_setting
@click.option("--role", type=click.Choice(_ROLES), default="listener", show_default=True)
def add(name: str, *, state: Path, database: str | None, role: str) -> None:
    """Add a user called NAME, and print the id."""
    from origin.companion.identity.administration import add_named

    user_id = in_database(
        state,
        database,
        lambda connection: add_named(connection, name, Role[role.upper()], now_s=time.time()),
        makes=True,  # the first user may come before the first server
    )
    click.echo(user_id)


@user.command("list")
@state_setting
@database_setting
def list_users(*, state: Path, database: str | None) -> None:
    """Print id, role and name of each user, those who came first first."""
    from origin.companion.identity.administration import all_users

    for row in in_database(state, database, all_users):
        _print(row)


@user.command()
@click.argument("user", metavar="USER")
@click.argument("role", type=click.Choice(_ROLES))
@state_setting
@database_setting
def role(user: str, role: str, *, state: Path, database: str | None) -> None:
    """Let USER be a listener, a creator or an admin, from their next request on; print who it is.

    Users choose their names: where it matters who it is, say the id.
    """
    from origin.companion.identity.administration import give_role

    row = in_database(
        state,
        database,
        lambda connection: give_role(connection, user, Role[role.upper()], now_s=time.time()),
    )
    _print(row)


@user.command()
@click.argument("user", metavar="USER")
@state_setting
@database_setting
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(user: str, *, state: Path, database: str | None, yes: bool) -> None:
    """Remove USER and all that is theirs: at once they are signed out, and their keys are no good.

    What they made is taken away by the server, as soon as it runs.
    """
    from origin.companion.identity.administration import named, remove_user

    if not yes:
        row = in_database(state, database, lambda connection: named(connection, user))
        _print(row)
        click.confirm(f"Remove {row.name}, and all that they made?", abort=True)
        user = row.id
    in_database(
        state, database, lambda connection: remove_user(connection, user, now_s=time.time())
    )


def _print(row: "Row[Any]") -> None:
    click.echo(f"{row.id}  {Role(row.role).name.lower():8}  {row.name}")
