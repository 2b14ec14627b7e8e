"""The two settings that say where the database is, for every command that needs one."""

from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Final

import click

from origin.settings import setting

DEFAULT_STATE: Final = Path("soundbridge-state")

optional_state_setting = setting(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder of the API's SQLite database, and of what is uploaded where no --store is given;"
    f" {DEFAULT_STATE} where neither is. With --store alone there is no API.",
)
state_setting = setting(
    "--state",
    type=click.Path(path_type=Path, file_okay=False),
    default=DEFAULT_STATE,
    metavar="DIR",
    help="Folder of the SQLite database.",
)
replicas_setting = setting(
    "--database-replica-urls",
    "replica_urls",
    multiple=True,
    metavar="URL[,URL...]",
    help="postgresql:// URLs of copies of --database, a moment behind it: the API reads from them"
    " in turn. Who can change things is answered by --database itself, and sees what they wrote.",
)
outward_setting = setting(
    "--outward",
    multiple=True,
    metavar="NETWORK",
    callback=lambda _context, _option, texts: _networks(texts),
    help="A private network, such as 10.1.0.0/16, that webhooks may reach; without it, none. May be"
    " given several times.",
)
database_setting = setting(
    "--database",
    metavar="URL",
    help="postgresql:// URL of a database to use in the place of the state folder's.",
)


def replica_urls_of(texts: Sequence[str], database: str | None) -> tuple[str, ...]:
    """Return the URLs of copies, each by itself; raises click.UsageError."""
    if texts and database is None:
        raise click.UsageError("--database-replica-urls needs --database: copies of what?")
    return tuple(filter(None, (url.strip() for text in texts for url in text.split(","))))


def _networks(texts: tuple[str, ...]) -> tuple[str, ...]:
    try:
        for text in texts:
            ip_network(text)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error
    return texts
