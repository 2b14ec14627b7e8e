"""The setting that names CDNs to purge, and what it needs."""

from collections.abc import Sequence

import click

from origin.settings import purge_credentials, setting


def _addresses(
    _context: click.Context, _option: click.Parameter, urls: tuple[str, ...]
) -> tuple[str, ...]:
    if not urls:
        return urls
    from cdn.errors import UnusablePurger
    from cdn.purge.address import Address

    try:
        names = [Address.parse(url).name for url in urls]
    except UnusablePurger as error:
        raise click.BadParameter(str(error)) from error
    if len(set(names)) < len(names):
        raise click.BadParameter("one of them is named twice.")
    return urls


purge_setting = setting(
    "--purge",
    multiple=True,
    callback=_addresses,
    metavar="URL",
    help="A CDN to purge of what changes, and which may keep entries for a day then:"
    " cloudfront://DISTRIBUTION, fastly://SERVICE, cloudflare://ZONE, varnish://host:port,"
    " nginx://host:port. Give it to `serve` and to workers. May be given several times.",
)


def require_promises(purge: Sequence[str], *, has_rows: bool) -> None:
    """Raise click.UsageError where nothing keeps what is to be purged."""
    if purge and not has_rows:
        raise click.UsageError(
            "--purge needs the database in which purges are promised: give --state or --database."
            " Without it, purge by yourself (`soundbridge purge`), and say so with --cdn-is-purged."
        )


def require_credentials(purge: Sequence[str]) -> None:
    """Raise click.UsageError where a secret is missing without which a CDN lets nobody purge."""
    if not purge:
        return
    from cdn.errors import UnusablePurger
    from cdn.purge.address import Address
    from cdn.purge.opening import check

    credentials = purge_credentials()
    try:
        for url in purge:
            check(Address.parse(url), credentials)
    except UnusablePurger as error:
        raise click.UsageError(str(error)) from error
