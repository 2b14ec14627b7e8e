"""``soundbridge admin sign-in-link``: let somebody in who has no key."""

import time
from pathlib import Path
from urllib.parse import urlsplit

import click

from origin.cli.admin.running import in_database
from origin.cli.database import database_setting, state_setting
from origin.settings import setting


def _base(_context: click.Context, _option: click.Parameter, said: str) -> str:
    url = urlsplit(said)
    if url.scheme not in {"http", "https"} or not url.netloc or url.query or url.fragment:
        raise click.BadParameter("say where browsers find the server: https://radio.example.")
    return said.rstrip("/")


@click.command("sign-in-link")
@click.argument("user", metavar="USER")
@state_setting
@database_setting
@setting(
    "--public-url",
    default="http://127.0.0.1:8080",
    callback=_base,
    metavar="URL",
    help="Where browsers find the server.",
)
def sign_in_link(user: str, *, state: Path, database: str | None, public_url: str) -> None:
    """Print a link that signs USER in, once, in the next 15 minutes. Whoever has it is let in."""
    from origin.companion.identity.administration import link_for

    secret = in_database(
        state, database, lambda connection: link_for(connection, user, now_s=time.time())
    )
    click.echo(f"{public_url}/sign-in#{secret}")
