"""``soundbridge edge nginx``."""

from pathlib import Path
from typing import Any

import click

from cdn.edge.nginx.installation import Installation
from cdn.errors import UnusableEdge
from origin.cli.edge.description import described, edge_of, port, put_out

_USUAL = Installation()


@click.command(short_help="Write an nginx.conf: balancer and cache.")
@described()
@click.option("--user", default=_USUAL.user, show_default=True, help="Whom nginx runs as.")
@click.option(
    "--cache-folder",
    default=_USUAL.folder,
    show_default=True,
    help="A folder of nginx's own, for copies; it has to be there.",
)
@click.option(
    "--cache-size", default=_USUAL.size, show_default=True, help="How much of copies: 500m, 10g."
)
@click.option(
    "--cache-days",
    type=int,
    default=_USUAL.days,
    show_default=True,
    help="How long what nobody asks for is kept.",
)
@click.option("--log-folder", default=_USUAL.logs, show_default=True, help="Where it logs.")
@click.option("--pid-file", default=_USUAL.pid, show_default=True, help="Where its number is.")
@click.option("--listen", help="The only address it listens at; by default, all of them.")
@port("--http-port", _USUAL.http_port, "Where it listens for plain HTTP.")
@port("--https-port", _USUAL.https_port, "Where it listens for HTTPS, and sends plain HTTP on to.")
@port("--purge-port", _USUAL.purge_port, "Where it is told to purge.")
@click.option(
    "--purge-secret-file",
    type=click.File(errors="replace"),
    help="A file with what who purges has to show; the configuration then has it, too.",
)
def nginx(folder: Path | None, purge_secret_file: Any, **said: Any) -> None:
    """Write an nginx.conf: balancer and cache in front of one or several origins.

    Without a certificate, it speaks plain HTTP alone.
    """
    from cdn.edge.nginx.configuration import configuration

    secret = None if purge_secret_file is None else purge_secret_file.read().strip()
    installed = {name: said.pop(option) for option, name in _INSTALLED.items()}
    edge = edge_of(**said, purge_secret=secret)
    try:
        installation = Installation(**installed)
    except UnusableEdge as error:
        raise click.UsageError(f"{error}.") from error
    put_out([configuration(edge, installation)], folder)


_INSTALLED = {
    "user": "user",
    "cache_folder": "folder",
    "cache_size": "size",
    "cache_days": "days",
    "log_folder": "logs",
    "pid_file": "pid",
    "listen": "address",
    "http_port": "http_port",
    "https_port": "https_port",
    "purge_port": "purge_port",
}
