"""``soundbridge edge fastly``."""

from pathlib import Path

import click

from origin.cli.edge.cloud import cloud_edge_of, cloud_options
from origin.cli.edge.description import put_out


@click.command(short_help="Write a service of Fastly.")
@cloud_options
@click.option("--shield", metavar="POP", help="The POP that asks the origin for all others.")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["vcl", "terraform"]),
    default="vcl",
    show_default=True,
    help="The VCL alone, or for Terraform, with the service around it.",
)
def fastly(
    *,
    host: str,
    origin: str,
    checks_tokens: bool,
    shield: str | None,
    kind: str,
    folder: Path | None,
) -> None:
    """Write a service of Fastly: its VCL, and for Terraform what is around it.

    `cdn/README.md` says how to go on from there.
    """
    from cdn.edge.fastly.terraform import VCL_FILE, configuration
    from cdn.edge.fastly.vcl import service
    from cdn.edge.plan import EdgeFile

    edge = cloud_edge_of(host, origin, checks_tokens=checks_tokens)
    files = [EdgeFile(VCL_FILE, service(edge))]
    if kind == "terraform":
        files.append(EdgeFile("soundbridge.tf", configuration(edge, shield)))
    elif shield is not None:
        raise click.UsageError("--shield goes with --as terraform: VCL has no backends.")
    put_out(files, folder)
