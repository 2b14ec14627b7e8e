"""``soundbridge purge``: have CDNs drop something now."""

import click

from origin.cli.purging import purge_setting, require_credentials
from origin.settings import setting


@click.command(short_help="Have CDNs drop something now: an asset, tags, URLs.")
@click.argument("urls", nargs=-1, metavar="[URL|PATH]...")
@purge_setting
@click.option("--asset", "asset_ids", multiple=True, metavar="ID", help="Everything of an asset.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="All with a tag of ours.")
@click.option("--prefix", "prefixes", multiple=True, metavar="URL", help="All below it.")
@click.option("--soft", is_flag=True, help="Let it be given until there is another, where that is.")
@setting(
    "--public-url",
    default=None,
    metavar="URL",
    help="Where listeners find the server: some CDNs drop whole URLs alone.",
)
@setting(
    "--store",
    default=None,
    metavar="URL",
    help="Where objects are, for --asset: some CDNs have to be told each by its name.",
)
def purge(
    *,
    urls: tuple[str, ...],
    purge: tuple[str, ...],
    asset_ids: tuple[str, ...],
    tags: tuple[str, ...],
    prefixes: tuple[str, ...],
    soft: bool,
    public_url: str | None,
    store: str | None,
) -> None:
    """Have each CDN that --purge names drop some URLs or paths, tags, or all of an asset, now.

    It says what each was asked, and is asked once: a server does by itself what is to be done when
    something changes. A URL may be one that a player asked for: its copy is dropped, which has
    no token and no CMCD. The exit status is 1 where one CDN did not do it, or cannot.
    """
    from cdn.errors import PurgeRefused
    from cdn.purge.target import By, Target, as_kept
    from origin.purging import Asked, purge_now

    if not purge:
        raise click.UsageError("Which CDN? Name it with --purge.")
    if not (urls or asset_ids or tags or prefixes):
        raise click.UsageError("Drop what? Give URLs, --asset, --tag or --prefix.")
    require_credentials(purge)
    try:
        some = [
            *(Target(By.TAG, tag, soft) for tag in tags),
            *(Target(By.PREFIX, prefix, soft) for prefix in prefixes),
            *(as_kept(Target(By.PATH, url, soft)) for url in urls),
        ]
    except PurgeRefused as error:
        raise click.UsageError(str(error)) from error
    done = purge_now(purge, Asked(tuple(some), asset_ids, soft), public_url, store)
    for each in done:
        click.echo(each.said, err=each.has_failed)
    if any(each.has_failed for each in done):
        raise SystemExit(1)
