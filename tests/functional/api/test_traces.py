"""What was taken away is in no file of an embedded database, whatever SQLite's own default is."""

import asyncio
import sqlite3
import time
from contextlib import AsyncExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import delete, insert

from origin.companion.database import Database
from origin.companion.plays.tables import play_marks, play_salts
from origin.database.sqlite import FILE_NAME, open_sqlite_writer
from tests.functional.api.played import TODAY, player
from tests.functional.api.service import Service
from tests.functional.api.test_account import erased

SALT = b"salt-of-five-days-ago-0123456789"
LISTENER = "listener-of-five-days-ago"
SOON_S = 5.0
pytestmark = pytest.mark.parametrize("service", ["sqlite"], indirect=True)


@pytest.fixture(params=["OFF", "FAST", "ON"], autouse=True)
def own_default(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let SQLite be compiled in one of three ways, as far as it overwrites what is deleted."""
    connect = sqlite3.connect

    def connected(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.execute(f"PRAGMA secure_delete={request.param}").fetchall()
        return connection

    monkeypatch.setattr(sqlite3, "connect", connected)


def files_with(state: Path, *texts: bytes) -> list[str]:
    """Return the names of the database's files that have one of these texts in them."""
    files = sorted(state.glob(f"{FILE_NAME}*"))
    return [file.name for file in files if any(text in file.read_bytes() for text in texts)]


async def heard_long_ago(service: Service, listeners: int = 3_000) -> None:
    """Let many have listened five days ago, so that whole pages are of that day."""
    day = TODAY - 5
    marks = [
        {"day": day, "ticket": f"{number:08}", "listener": LISTENER, "track_id": f"t{number}"}
        for number in range(listeners)
    ]
    async with service.database.change() as connection:
        await connection.execute(insert(play_salts).values(day=day, salt=SALT))
        await connection.execute(insert(play_marks), marks)


async def heard_long_ago_and_not(service: Service) -> None:
    await heard_long_ago(service, 50)
    for table in (play_salts, play_marks):
        async with service.database.change() as connection:
            await connection.execute(delete(table))


async def test_of_the_days_before_yesterday_nothing_is_left(
    service: Service, migrated: Path
) -> None:
    await heard_long_ago(service)
    async with player(service) as here:
        assert files_with(migrated, SALT)
        await here.companion.playing.writer.sweep()
        assert files_with(migrated, SALT, LISTENER.encode()) == []


async def test_of_who_was_erased_nothing_is_left(service: Service, migrated: Path) -> None:
    ann = await service.user()
    name = "Ann who wants to be forgotten"
    assert (await service.ask("PATCH", "/v1/me", ann, {"name": name})).status == 200
    assert files_with(migrated, name.encode())
    await erased(service, ann)
    assert files_with(migrated, name.encode()) == []


async def test_who_reads_for_long_is_not_waited_for(service: Service, migrated: Path) -> None:
    await heard_long_ago(service, 10)
    async with player(service) as here:
        with closing(sqlite3.connect(migrated / FILE_NAME)) as reader:
            reader.execute("BEGIN")
            assert reader.execute("SELECT count(*) FROM play_salts").fetchone() == (1,)
            began_s = time.monotonic()
            with structlog.testing.capture_logs() as lines:
                sweep = asyncio.create_task(here.companion.playing.writer.sweep())
                while not sweep.done():  # others write beside it
                    await service.user()
                await sweep
            assert time.monotonic() - began_s < SOON_S
            assert [line["log_level"] for line in lines] == ["warning"]
            assert reader.execute("SELECT count(*) FROM play_salts").fetchone() == (1,)
            assert files_with(migrated, SALT)
        await here.companion.playing.writer.sweep()
        assert files_with(migrated, SALT, LISTENER.encode()) == []


async def test_who_does_it_at_once_is_in_nobodys_way(service: Service, migrated: Path) -> None:
    async with AsyncExitStack() as opened:
        engines = [await opened.enter_async_context(open_sqlite_writer(migrated)) for _ in range(3)]
        several = [Database(each) for each in engines]
        with structlog.testing.capture_logs() as lines:
            for _ in range(20):
                await heard_long_ago_and_not(service)
                await asyncio.gather(*(each.leave_no_traces() for each in several))
        assert lines == []
        assert files_with(migrated, SALT) == []


@pytest.mark.usefixtures("service")
async def test_where_there_is_no_file_none_is_made(tmp_path: Path) -> None:
    async with open_sqlite_writer(tmp_path / "other") as engine:
        file = tmp_path / "other" / FILE_NAME
        file.unlink()
        with structlog.testing.capture_logs() as lines:
            await Database(engine).leave_no_traces()
        assert "unable to open" in lines[0]["cause"]
        assert not file.exists()
