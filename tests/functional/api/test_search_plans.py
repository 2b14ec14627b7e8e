"""No question of search reads a table from end to end, as the databases themselves say."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.database import Database
from origin.companion.search import fallback, rows
from origin.companion.search.building import newest_event
from origin.companion.search.entries import Kind, key_of
from origin.companion.search.typed import read_typed
from tests.functional.api.searchable import opened_database


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with opened_database(tmp_path, url) as database:
        yield database


async def asked(connection: AsyncConnection) -> None:
    """Ask each question once."""
    await newest_event(connection)
    await rows.hits(connection, [key_of(kind, "x") for kind in Kind])
    for kind in Kind:
        await rows.entries(connection, kind, ["x", "y"])
        await rows.entries_behind(connection, kind, "x", 10)
        await fallback.keys(connection, read_typed("a b"), kind)
    for kind in (Kind.ALBUM, Kind.TRACK):
        await rows.ids_of_artist(connection, kind, "x", "", 10)
    await rows.ids_of_album(connection, "x", "", 10)


async def test_every_question_has_an_index(database: Database) -> None:
    statements: list[tuple[str, Any]] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        statements.append((statement, parameters))

    engine = database.primary.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    async with database.primary.connect() as connection:
        await asked(connection)
    event.remove(engine, "before_cursor_execute", note)
    questions = [each for each in statements if each[0].startswith("SELECT")]
    assert len(questions) >= 13
    for statement, parameters in questions:
        plan = await explained(database, statement, parameters)
        scans = [line for line in plan if is_a_whole_scan(line)]
        assert not scans, (statement, plan)


async def explained(database: Database, statement: str, parameters: Any) -> list[str]:
    is_sqlite = database.primary.dialect.name == "sqlite"
    async with database.primary.connect() as connection:
        if is_sqlite:
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return [row.detail for row in plan]
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        found = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        return [row[0] for row in found]


def is_a_whole_scan(line: str) -> bool:
    if "Seq Scan" in line:
        return True
    return line.startswith("SCAN") and "USING" not in line and not line.startswith("SCAN recent")
