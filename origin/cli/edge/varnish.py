"""``soundbridge edge varnish``."""

from pathlib import Path
from typing import Any

import click

from cdn.edge.varnish.command import USUAL_LISTENS, USUAL_STORAGE
from cdn.edge.varnish.purge import Tags
from cdn.errors import UnusableEdge
from origin.cli.edge.description import described, edge_of, put_out


@click.command(short_help="Write Varnish's configuration: a cache without TLS.")
@described("--certificate", "--certificate-key")
@click.option(
    "--purge-secret-file",
    type=click.File(errors="replace"),
    help="A file with what who purges has to show; the configuration then has it, too.",
)
@click.option(
    "--tags",
    type=click.Choice([each.value for each in Tags]),
    default=Tags.XKEY.value,
    show_default=True,
    help="How what is purged is found: xkey, of varnish-modules, or bans.",
)
@click.option(
    "--storage",
    default=USUAL_STORAGE,
    show_default=True,
    metavar="SIZE",
    help="How much memory copies may take.",
)
@click.option(
    "--listen",
    "listens",
    multiple=True,
    default=USUAL_LISTENS,
    show_default=True,
    metavar="[HOST]:PORT[,PROXY]",
    help="Where it listens, with PROXY to a TLS terminator; repeat it.",
)
def varnish(
    folder: Path | None,
    purge_secret_file: Any,
    tags: str,
    storage: str,
    listens: tuple[str, ...],
    **said: Any,
) -> None:
    """Write Varnish's configuration: a VCL, and the command of its service.

    Varnish has no TLS: hitch, Caddy or nginx stand in front of it.
    """
    from cdn.edge.varnish.configuration import files

    secret = None if purge_secret_file is None else purge_secret_file.read().strip()
    edge = edge_of(**said, purge_secret=secret)
    try:
        made = files(edge, tags=Tags(tags), storage=storage, listens=listens)
    except UnusableEdge as error:
        raise click.UsageError(f"{error}.") from error
    put_out(made, folder)
