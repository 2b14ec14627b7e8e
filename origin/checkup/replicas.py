"""A copy of the database: whether it answers, has our schema, and how far behind it is."""

import time
from collections.abc import Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.checkup.finding import Finding, fail, fine, sentence_of, warn
from origin.companion.catalogue.events import newest_number
from origin.companion.catalogue.tables import events
from origin.companion.replicas import BEHIND_MAX_S
from origin.database.engine import DatabaseUnusable, open_replica
from origin.database.schema import SchemaAge, schema_age

_SCHEMAS: Final = {
    SchemaAge.NONE: "is empty",
    SchemaAge.OLDER: "has an older schema",
    SchemaAge.NEWER: "is of a newer soundbridge than this one",
}
_FOLLOW: Final = (
    "A streaming copy has what --database has. A logical one is brought up to date by itself, as by"
    " `soundbridge admin migrate --database` with its URL."
)


async def look_at_replica(url: str, primary_url: str) -> Sequence[Finding]:
    """Say what a copy at ``url`` is like, beside the primary; nothing is changed in either."""
    try:
        async with open_replica(url) as engine, engine.connect() as connection:
            name = engine.url.render_as_string(hide_password=True)
            age = await schema_age(connection)
            if age is not SchemaAge.OURS:
                todo = "Update this one." if age is SchemaAge.NEWER else _FOLLOW
                return [fail(f"The replica {name} {_SCHEMAS[age]}.", todo)]
            number = await newest_number(connection)
    except DatabaseUnusable as error:
        return [fail(f"{sentence_of(error)}.", "Give --database-replica-urls the URL of one.")]
    except (SQLAlchemyError, OSError) as error:
        return [
            fail(
                f"A replica cannot be asked: {sentence_of(error)}.",
                "See whether it runs, and whether address, user and password are right. --database"
                " answers in its place.",
            )
        ]
    return await _beside_primary(name, number, primary_url)


async def _beside_primary(name: str, number: int, primary_url: str) -> Sequence[Finding]:
    try:
        async with open_replica(primary_url) as engine, engine.connect() as connection:
            behind, waits_s = await _lacks(connection, number)
    except (SQLAlchemyError, OSError):  # that is a finding of another check
        return [fine(f"{name} answers, and has this version's schema.")]
    return [distance(name, behind, waits_s)]


async def _lacks(connection: AsyncConnection, number: int) -> tuple[int, float]:
    """Return how many events are behind ``number``, and for how long the first of them is there."""
    lacked = select(func.count(), func.min(events.c.happened_s)).where(events.c.number > number)
    behind, happened_s = (await connection.execute(lacked)).one()
    return behind, 0.0 if happened_s is None else time.time() - happened_s


def distance(name: str, behind: int, waits_s: float) -> Finding:
    """Say what it means to be so many events behind, the first of which waits so long. Pure."""
    if behind == 0:
        return fine(f"{name} answers, has this version's schema, and is up to date.")
    said = f"{name} is {behind} events behind, the first of which is {waits_s:.0f} s old."
    if waits_s <= BEHIND_MAX_S:
        return fine(said)
    return warn(
        said,
        "It is not read until it has caught up. See in its log and in pg_stat_subscription or"
        " pg_stat_wal_receiver why it does not follow.",
    )
