"""``soundbridge edge``: configurations of what stands in front, and the policy they are made of."""

from typing import Final

import click

from origin.cli.edge.caddy import caddy
from origin.cli.edge.cloudflare import cloudflare
from origin.cli.edge.cloudfront import cloudfront
from origin.cli.edge.fastly import fastly
from origin.cli.edge.nginx import nginx
from origin.cli.edge.policy import policy
from origin.cli.edge.varnish import varnish

COMMANDS: Final = (caddy, cloudflare, cloudfront, fastly, nginx, policy, varnish)


@click.group(short_help="Write the configuration of a cache or a CDN in front.")
def edge() -> None:
    """Write complete configurations of caches and CDNs, all made of one policy."""


for command in COMMANDS:
    edge.add_command(command)
