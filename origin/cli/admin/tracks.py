"""``soundbridge admin track``: what is published, and taking it away."""

import time
from pathlib import Path

import click

from origin.cli.admin.running import in_database
from origin.cli.database import database_setting, state_setting


@click.group()
def track() -> None:
    """List tracks, and delete what must not be there."""


@track.command("list")
@state_setting
@database_setting
@click.option("--user", metavar="USER", help="Only those of one: an id, or the name of one.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="At most."
)
def list_tracks(*, state: Path, database: str | None, user: str | None, limit: int) -> None:
    """Print id, visibility, owner's id, playback id, artist and title, the newest first."""
    from origin.companion.assets.administration import newest_tracks

    rows = in_database(state, database, lambda connection: newest_tracks(connection, user, limit))
    for row in rows:
        plays = row.playback_id or "-"
        click.echo(
            f"{row.id}  {row.visibility:8}  {row.user_id}  {plays}  {row.artist_name} - {row.title}"
        )


@track.command()
@click.argument("track_id")
@state_setting
@database_setting
@click.option("--keep-asset", is_flag=True, help="Let its sound play on, without a track.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(
    track_id: str, *, state: Path, database: str | None, keep_asset: bool, yes: bool
) -> None:
    """Take the track with TRACK_ID out of all lists and searches, at once.

    Its sound plays no more, anywhere. With --keep-asset, whoever has the address of it goes on
    hearing it, and its owner may make another track of it.
    """
    from origin.companion.assets.administration import delete_track
    from origin.companion.identity.new_ids import new_random_id

    if not yes:
        click.confirm(f"Delete the track {track_id}?", abort=True)
    in_database(
        state,
        database,
        lambda connection: delete_track(
            connection, track_id, keep_asset=keep_asset, job_id=new_random_id(), now_s=time.time()
        ),
    )
