"""``soundbridge token cloudfront``: CloudFront's own signed URLs and cookies."""

import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from origin.cli.duration import Duration
from origin.settings import setting

if TYPE_CHECKING:
    from cdn.signing.cloudfront import CloudFrontKey, Statement


@click.command()
@click.argument("url")
@setting(
    "--cloudfront-key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The private key (RSA of 2,048 bits, or P-256) whose public half a key group has.",
)
@setting("--key-pair-id", required=True, help="The id that CloudFront gave the public half.")
@click.option("--for", "valid_for_s", required=True, type=Duration(), help="How long it is good.")
@click.option("--resource", help="What else it opens: a URL in which * and ? stand for others.")
@click.option("--network", help="The only IPv4 address or network that it is good for.")
@click.option("--cookies", is_flag=True, help="Print cookies that open URL, which may have a *.")
@click.option("--domain", help="With --cookies: of which domain they are, with those below it.")
def cloudfront(
    url: str,
    *,
    key_file: Path,
    key_pair_id: str,
    valid_for_s: float,
    resource: str | None,
    network: str | None,
    cookies: bool,
    domain: str | None,
) -> None:
    """Print URL as CloudFront lets it in; with --cookies, what Set-Cookie lets browsers in by.

    A signed URL opens itself alone, and not what a playlist under it names: for players, it is
    playback tokens that are inherited, or cookies, where the page is of the same site.

    \b
    soundbridge token cloudfront 'https://cdn.example.com/media/1t9b…/*' --cookies \\
        --cloudfront-key private.pem --key-pair-id K2JCJMDEHXQW5F --for 4h
    """  # noqa: D301 click wants the character, not its name
    from cdn.errors import NotSignable, UnusableKey
    from cdn.signing.cloudfront import CloudFrontKey, Statement, signed_url
    from origin.playback_keys import read_key_file

    if domain is not None and not cookies:
        raise click.UsageError("--domain needs --cookies: a URL has its own.")
    if not cookies and resource is None and "*" in url:
        raise click.UsageError("a URL with a * is for --cookies, or for --resource beside one.")
    try:
        key = CloudFrontKey.read(key_pair_id, read_key_file(key_file))
        expires_at_s = int(time.time() + valid_for_s)
        statement = Statement(resource or url, expires_at_s, network=network)
        if cookies:
            _print_cookies(statement, key, url, domain)
        else:
            click.echo(signed_url(url, statement, key))
    except (NotSignable, UnusableKey) as error:
        raise click.UsageError(f"{error}.") from error


def _print_cookies(
    statement: "Statement", key: "CloudFrontKey", url: str, domain: str | None
) -> None:
    """Print them for the folder that is opened, as far as it is the same for all."""
    from cdn.signing.cloudfront import signed_cookies
    from cdn.signing.cookie import set_cookies

    path = urlsplit(url).path.partition("*")[0].rpartition("/")[0] or "/"
    for cookie in set_cookies(signed_cookies(statement, key), domain=domain, path=path):
        click.echo(f"Set-Cookie: {cookie}")
