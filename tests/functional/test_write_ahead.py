"""What is written to SQLite's log comes to its file, and nobody who writes waits for that."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from origin.beside import beside
from origin.companion.database import Database
from origin.database.sqlite import FILE_NAME, open_sqlite_writer
from origin.database.write_ahead import LOG_PAGES_MAX

PAGE_BYTES = 4096
SOON_S = 10.0


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Open one with a table of blobs."""
    async with open_sqlite_writer(tmp_path) as engine:
        opened = Database(engine)
        async with opened.change() as connection:
            await connection.execute(text("CREATE TABLE said (content BLOB)"))
        yield opened


async def say(database: Database, content: bytes) -> None:
    async with database.change() as connection:
        await connection.execute(text("INSERT INTO said VALUES (:content)"), {"content": content})


async def until_in_file(state: Path, content: bytes) -> None:
    while not in_file(state, content):  # noqa: ASYNC110 nothing tells
        await asyncio.sleep(0.05)


def in_file(state: Path, content: bytes) -> bool:
    return content in (state / FILE_NAME).read_bytes()


async def test_it_is_copied_beside(database: Database, tmp_path: Path) -> None:
    async with beside(database.keep_copying_log(), "copying"), asyncio.timeout(SOON_S):
        for content in (b"first thing", b"second thing"):
            await say(database, content)
            assert not in_file(tmp_path, content)
            await until_in_file(tmp_path, content)


async def test_who_commits_does_not_copy(database: Database, tmp_path: Path) -> None:
    """SQLite's own default is to do so after 1,000 pages."""
    for _ in range(20):
        await say(database, b"thing" + bytes(100 * PAGE_BYTES))
    assert not in_file(tmp_path, b"thing")


@pytest.mark.parametrize("is_copied_beside", [False, True])
async def test_the_log_stays_short(
    database: Database, tmp_path: Path, *, is_copied_beside: bool
) -> None:
    """Also where somebody writes all of the time."""
    log, most_bytes = tmp_path / f"{FILE_NAME}-wal", 1.5 * LOG_PAGES_MAX * PAGE_BYTES
    some = bytes(500 * PAGE_BYTES)
    async with asyncio.timeout(60):
        copying = asyncio.create_task(database.keep_copying_log()) if is_copied_beside else None
        for _ in range(60):
            await say(database, some)
            assert log.stat().st_size < most_bytes
        if copying is not None:
            copying.cancel()


async def test_where_nothing_was_written_nothing_is_copied(
    database: Database, tmp_path: Path
) -> None:
    async with beside(database.keep_copying_log(), "copying"), asyncio.timeout(SOON_S):
        await say(database, b"thing")
        await until_in_file(tmp_path, b"thing")
        (tmp_path / FILE_NAME).rename(tmp_path / "elsewhere")  # whoever copies would say so
        await asyncio.sleep(2.5)
        (tmp_path / "elsewhere").rename(tmp_path / FILE_NAME)
