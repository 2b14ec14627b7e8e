"""``soundbridge edge caddy``."""

from pathlib import Path
from typing import Any

import click

from cdn.edge.caddy.installation import Installation, Tls
from cdn.errors import UnusableEdge
from origin.cli.edge.description import described, edge_of, port, put_out

_USUAL = Installation()


@click.command(short_help="Write a Caddyfile: TLS and a balancer, no cache.")
@described("--check-tokens", "--purge-from")
@click.option(
    "--tls",
    type=click.Choice([each.value for each in Tls]),
    default=_USUAL.tls.value,
    show_default=True,
    help="Where certificates come from, unless files are given; none answers any name.",
)
@click.option("--listen", "address", help="The only address it listens at; by default, all.")
@port("--http-port", _USUAL.http_port, "Where it listens for plain HTTP.")
@port(
    "--https-port",
    _USUAL.https_port,
    "Where it listens for HTTPS; plain HTTP is sent on to 443, which has to lead here.",
)
def caddy(
    folder: Path | None,
    tls: str,
    address: str | None,
    http_port: int,
    https_port: int,
    **said: Any,
) -> None:
    """Write a Caddyfile: TLS, HTTP/1.1, 2 and 3, and a balancer in front of origins or a cache."""
    from cdn.edge.caddy.configuration import configuration

    edge = edge_of(**said)
    try:
        installation = Installation(
            tls=Tls(tls), address=address, http_port=http_port, https_port=https_port
        )
        made = configuration(edge, installation)
    except UnusableEdge as error:
        raise click.UsageError(f"{error}.") from error
    put_out([made], folder)
