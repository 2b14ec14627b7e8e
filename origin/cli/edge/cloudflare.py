"""``soundbridge edge cloudflare``."""

from pathlib import Path

import click

from origin.cli.edge.cloud import cloud_edge_of, cloud_options
from origin.cli.edge.description import put_out


@click.command(short_help="Write rules for a zone at Cloudflare.")
@cloud_options
@click.option("--zone", help="The zone of --host; by default its last two labels.")
@click.option(
    "--as",
    "kind",
    type=click.Choice(["api", "terraform"]),
    default="api",
    show_default=True,
    help="Bodies of requests to Cloudflare's API, or Terraform's.",
)
def cloudflare(
    *,
    host: str,
    origin: str,
    checks_tokens: bool,
    zone: str | None,
    kind: str,
    folder: Path | None,
) -> None:
    """Write rules for a zone at Cloudflare, and, to check tokens, a Worker.

    Where the origin is, is said there in DNS. `cdn/README.md` says how to go on from there.
    """
    from cdn.edge.cloudflare.documents import for_api, for_terraform, zone_of

    edge = cloud_edge_of(host, origin, checks_tokens=checks_tokens)
    zone = (zone or zone_of(edge.host)).lower()
    if edge.host != zone and not edge.host.endswith(f".{zone}"):
        raise click.UsageError(f"{edge.host} is not in the zone {zone}.")
    put_out((for_terraform if kind == "terraform" else for_api)(edge, zone), folder)
