"""``soundbridge admin``: what operators do with users, and what users are known by."""

import click

from origin.cli.admin.keys import key
from origin.cli.admin.links import sign_in_link
from origin.cli.admin.users import user


@click.group(short_help="Make users, keys and sign-in links.")
def admin() -> None:
    """Make users, what they are known by, and take it away again.

    \b
    soundbridge admin user add Ann --role creator
    soundbridge admin sign-in-link Ann
    """  # noqa: D301 click wants the character, not its name


for command in (user, key, sign_in_link):
    admin.add_command(command)
