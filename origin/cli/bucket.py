"""``soundbridge bucket``: make the bucket that a store is in ready, or say what it lacks."""

import asyncio

import click

from origin.cli.access import origins
from origin.settings import setting


@click.group()
def bucket() -> None:
    """Set up the bucket of an s3:// store, or check it.

    The server and the credentials are those of every command: AWS_ENDPOINT_URL, AWS_REGION,
    AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY.
    """


_upload_origins = setting(
    "--upload-origin",
    "uploads_from",
    multiple=True,
    metavar="ORIGIN",
    callback=origins,
    help="A site whose pages PUT parts of uploads straight into the bucket: https://app.example.",
)


@bucket.command()
@click.argument("url", metavar="S3_URL")
@click.option(
    "--any-origin",
    is_flag=True,
    help="Let players on every site in, although a CORS rule of the bucket lets only some in.",
)
@_upload_origins
def setup(url: str, *, any_origin: bool, uploads_from: tuple[str, ...]) -> None:
    """Make the bucket of S3_URL if it is missing, let players read it, have dead uploads cleared.

    Rules that are there already stay, and setting up twice changes nothing. Where a CORS rule lets
    only some sites in, it says so and leaves CORS as it is.
    """
    from origin.bucket.connection import BucketFailed, BucketLocation
    from origin.bucket.provisioning import check, set_up

    try:
        where = BucketLocation.parse(url)
        made = set_up(where, opens_to_all=any_origin, uploads_from=uploads_from)
        for sentence in asyncio.run(made):
            click.echo(sentence)
        _report(where.name, asyncio.run(check(where, uploads_from)))
    except BucketFailed as error:
        raise click.ClickException(str(error)) from error


@bucket.command("check")
@click.argument("url", metavar="S3_URL")
@_upload_origins
def check_bucket(url: str, *, uploads_from: tuple[str, ...]) -> None:
    """Say what the bucket of S3_URL lacks; the exit status is 1 where that is anything."""
    from origin.bucket.connection import BucketFailed, BucketLocation
    from origin.bucket.provisioning import check

    try:
        where = BucketLocation.parse(url)
        _report(where.name, asyncio.run(check(where, uploads_from)))
    except BucketFailed as error:
        raise click.ClickException(str(error)) from error


def _report(name: str, problems: list[str]) -> None:
    """Print the problems, and leave with status 1 where there are any."""
    if not problems:
        click.echo(f"The bucket {name} is ready.")
        return
    for problem in problems:
        click.echo(problem)
    raise SystemExit(1)
