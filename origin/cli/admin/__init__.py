"""``soundbridge admin``: what operators do with users and what they made."""

import click

from origin.cli.admin.audit import audit
from origin.cli.admin.keys import key
from origin.cli.admin.links import sign_in_link
from origin.cli.admin.migrating import migrate
from origin.cli.admin.retrying import retry
from origin.cli.admin.tracks import track
from origin.cli.admin.upkeep import forget, reap, reindex
from origin.cli.admin.users import user


@click.group(short_help="Users, keys, sign-in links, tracks; who did what; upkeep.")
def admin() -> None:
    """Make users and what they are known by, take it and what they made away, and look after it.

    \b
    soundbridge admin user add Ann --role creator
    soundbridge admin sign-in-link Ann
    """  # noqa: D301 click wants the character, not its name


for command in (
    user, key, sign_in_link, track, reindex, reap, retry, forget, audit, migrate,
):  # fmt: skip
    admin.add_command(command)
