"""``soundbridge admin audit``: what was done, by users and by operators."""

from datetime import UTC, datetime
from pathlib import Path

import click

from origin.cli.admin.running import in_database
from origin.cli.database import database_setting, state_setting


@click.command()
@state_setting
@database_setting
@click.option(
    "--user", metavar="USER", help="Only of one: an id, also of one who was removed, or a name."
)
@click.option("--object", "object_id", metavar="ID", help="Only what was done to this.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=100, show_default=True, help="At most."
)
def audit(
    *, state: Path, database: str | None, user: str | None, object_id: str | None, limit: int
) -> None:
    """Print what was changed in the last year, the newest first.

    Each line has the time, the id of the user, by which means, from which network, what was done,
    the id of what it was done to, and the user's name. By the means command-line, an operator did
    it to the user. What is not known is a hyphen.
    """
    from origin.companion.identity.administration import newest_deeds

    rows = in_database(
        state, database, lambda connection: newest_deeds(connection, user, object_id, limit)
    )
    for row in rows:
        when = datetime.fromtimestamp(row.happened_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = (row.user_id, f"{row.means:12}", row.network, row.action, row.object, row.name)
        click.echo("  ".join((when, *(each or "-" for each in told))))
