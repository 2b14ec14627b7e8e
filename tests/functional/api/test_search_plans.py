"""No question of search reads a table from end to end, as the databases themselves say."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.companion.search import fallback, rows
from origin.companion.search.entries import Kind, key_of
from origin.companion.search.typed import read_typed
from tests.functional.api.plans import explained, noted
from tests.functional.api.searchable import opened_database


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    async with opened_database(tmp_path, url) as database:
        yield database


async def asked(connection: AsyncConnection) -> None:
    """Ask each question once."""
    await events.newest_number(connection)
    await rows.hits(connection, [key_of(kind, "x") for kind in Kind])
    for kind in Kind:
        await rows.entries(connection, kind, ["x", "y"])
        await rows.entries_behind(connection, kind, "x", 10)
        await fallback.keys(connection, read_typed("a b"), kind)
    for kind in (Kind.ALBUM, Kind.TRACK):
        await rows.ids_of_artist(connection, kind, "x", "", 10)
    await rows.ids_of_album(connection, "x", "", 10)


async def test_every_question_has_an_index(database: Database) -> None:
    with noted(database.primary) as statements:
        async with database.primary.connect() as connection:
            await asked(connection)
    questions = [each for each in statements if each[0].startswith("SELECT")]
    assert len(questions) >= 13
    for statement, parameters in questions:
        plan = await explained(database.primary, statement, parameters)
        scans = [line for line in plan if is_a_whole_scan(line)]
        assert not scans, (statement, plan)


def is_a_whole_scan(line: str) -> bool:
    if "Seq Scan" in line:
        return True
    return line.startswith("SCAN") and "USING" not in line and not line.startswith("SCAN recent")
