"""The database: whether it answers, has our schema, and has room for our connections."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from origin.checkup import clock
from origin.checkup.finding import Finding, fail, fine, sentence_of, warn
from origin.checkup.queue import look_at_queue
from origin.checkup.running import aside
from origin.database.engine import CONNECTIONS_MAX, DatabaseUnusable, open_replica
from origin.database.schema import SchemaAge, schema_age
from origin.database.sqlite import FILE_NAME, open_sqlite_reader

_STARTS = "`soundbridge serve` does that when it starts."


async def look_at_database(state: Path, url: str | None) -> Sequence[Finding]:
    """Say what the database is like, and the queue in it; nothing is changed there."""
    if url is None and not await aside((state / FILE_NAME).is_file):
        return [warn(f"There is no database in {state} yet.", f"Make one: {_STARTS}")]
    try:
        async with _opened(state, url) as engine, engine.connect() as connection:
            age = await schema_age(connection)
            findings = [_schema(engine, age), *await _server(connection)]
            if age is SchemaAge.OURS:
                findings += await look_at_queue(connection, time.time())
            return findings
    except DatabaseUnusable as error:
        return [fail(f"{sentence_of(error)}.", "Give --database a URL that is one.")]
    except (SQLAlchemyError, OSError) as error:
        return [
            fail(
                f"The database cannot be asked: {sentence_of(error)}.",
                _to_do(state, url),
            )
        ]


def _to_do(state: Path, url: str | None) -> str:
    if url is not None:
        return "See whether it runs, and whether address, user and password are right."
    return (
        f"See whether {state / FILE_NAME} can be read, and its disk is well. If it is damaged, stop"
        " whatever uses it, and put a copy from before in its place."
    )


@asynccontextmanager
async def _opened(state: Path, url: str | None) -> AsyncIterator[AsyncEngine]:
    opening = open_sqlite_reader(state) if url is None else open_replica(url)
    async with opening as engine:
        yield engine


def _schema(engine: AsyncEngine, age: SchemaAge) -> Finding:
    name = engine.url.render_as_string(hide_password=True)
    match age:
        case SchemaAge.OURS:
            return fine(f"{name} answers, and has this version's schema.")
        case SchemaAge.NEWER:
            return fail(f"{name} is of a newer soundbridge than this one.", "Update this one.")
        case SchemaAge.OLDER:
            return warn(f"{name} has an older schema.", f"Bring it up to date: {_STARTS}")
        case SchemaAge.NONE:
            return warn(f"{name} is empty.", f"Make the tables: {_STARTS}")


async def _server(connection: AsyncConnection) -> Sequence[Finding]:
    """Say what only a server has: a clock of its own, and connections that others have, too."""
    if connection.dialect.name != "postgresql":
        return []
    begun_s = time.time()
    told_s = await connection.scalar(text("SELECT extract(epoch FROM clock_timestamp())"))
    findings = [clock.compared("database", clock.Moment(float(told_s)), begun_s, time.time())]
    row = (
        await connection.execute(
            text(
                "SELECT current_setting('max_connections')::int AS most,"
                " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
                " AS taken"
            )
        )
    ).one()
    return [*findings, connections(row.most, row.taken)]


def connections(most: int, taken: int) -> Finding:
    """Say whether one more process finds the connections that it may want. Pure."""
    said = f"{taken} of the database's {most} connections are taken."
    if most - taken >= CONNECTIONS_MAX:
        return fine(said)
    return warn(
        said,
        f"A process that serves takes up to {CONNECTIONS_MAX}: raise max_connections, run fewer"
        " workers, or put PgBouncer in between.",
    )
