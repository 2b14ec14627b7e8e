"""``soundbridge edge cloudfront``."""

from pathlib import Path

import click

from cdn.errors import UnusableEdge
from origin.cli.edge.cloud import cloud_edge_of, cloud_options
from origin.cli.edge.description import put_out


@click.command(short_help="Write a distribution of CloudFront.")
@cloud_options
@click.option(
    "--shield-region",
    metavar="REGION",
    help="The AWS region nearest to the origin, for Origin Shield, as eu-central-1.",
)
@click.option(
    "--as",
    "kind",
    type=click.Choice(["cloudformation", "terraform"]),
    default="cloudformation",
    show_default=True,
)
def cloudfront(
    *,
    host: str,
    origin: str,
    checks_tokens: bool,
    shield_region: str | None,
    kind: str,
    folder: Path | None,
) -> None:
    """Write a distribution of CloudFront, as CloudFormation or for Terraform.

    `cdn/README.md` says how to go on from there.
    """
    from cdn.edge.cloudfront.distribution import distribution_of
    from cdn.edge.cloudfront.function import rest_request, viewer_request
    from cdn.edge.cloudfront.terraform.configuration import FUNCTION_FILE, REST_FILE, configuration
    from cdn.edge.plan import EdgeFile

    edge = cloud_edge_of(host, origin, checks_tokens=checks_tokens)
    try:
        distribution = distribution_of(edge, shield_region)
    except UnusableEdge as error:
        raise click.UsageError(f"{error}.") from error
    if kind == "cloudformation":
        from cdn.edge.cloudfront.cloudformation.template import template

        put_out([EdgeFile("soundbridge.json", template(distribution))], folder)
        return
    files = [
        EdgeFile("soundbridge.tf", configuration(distribution)),
        EdgeFile(FUNCTION_FILE, viewer_request(checks_tokens=checks_tokens)),
        EdgeFile(REST_FILE, rest_request()),
    ]
    put_out(files, folder)
