"""What connections to SQLite still do when nobody waits for them is over with their database.

A thread that is left tells an event loop that is closed by then, and dies of that.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.database.sqlite import open_sqlite_reader, open_sqlite_writer


@pytest.mark.parametrize("opened", [open_sqlite_writer, open_sqlite_reader])
@pytest.mark.parametrize("after_s", [0, 0.001, 0.01])
async def test_nothing_goes_on_after_its_database(
    migrated: Path,
    opened: Callable[[Path], AbstractAsyncContextManager[AsyncEngine]],
    after_s: float,
) -> None:
    before = set(threading.enumerate())
    async with opened(migrated) as engine:

        async def ask() -> None:
            async with engine.connect() as connection:
                await connection.execute(text("SELECT 1"))

        asking = [asyncio.create_task(ask()) for _ in range(4)]
        await asyncio.sleep(after_s)
        for one in asking:
            one.cancel()
        await asyncio.wait(asking)
    left = set(threading.enumerate()) - before
    assert not [thread for thread in left if "_connection_worker" in thread.name]
