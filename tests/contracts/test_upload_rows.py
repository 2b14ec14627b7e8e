"""Uploads in both databases: who holds one, and that what is asked often is read from an index."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from origin.companion.database import Database
from origin.companion.identity.principal import Role
from origin.companion.identity.users import add_user
from origin.companion.uploads import rows
from origin.companion.uploads.holding import LEASE_S, Hold, Holds, UploadBusy
from origin.companion.uploads.receiving import interruptible
from origin.companion.uploads.states import State
from origin.companion.uploads.tables import uploads

A_DAY_S = 24 * 3600.0


@pytest.fixture
async def upload_id(database: AsyncEngine) -> str:
    """An upload that waits."""
    now_s = time.time()
    async with database.begin() as connection:
        await add_user(connection, "ann", name="Ann", role=Role.CREATOR, now_s=now_s)
    await add_another(database, "one", now_s)
    return "one"


async def add_another(database: AsyncEngine, upload_id: str, now_s: float) -> None:
    ids = {"asset_id": f"asset-{upload_id}", "playback_id": f"play-{upload_id}"}
    times = {"created_s": now_s, "expires_s": now_s + A_DAY_S}
    said = {"id": upload_id, "user_id": "ann", "name": "song.wav", **ids, **times}
    async with database.begin() as connection:
        await rows.add(connection, said)


async def waiting(hold: Hold) -> str:
    with interruptible(hold):
        await asyncio.sleep(60)
    return "never"


async def test_who_comes_next_has_the_holder_of_another_process_end(
    database: AsyncEngine, upload_id: str
) -> None:
    first, second = (Holds(Database(database), A_DAY_S) for _ in range(2))
    keeping = asyncio.create_task(first.keep())
    begun = asyncio.Event()

    async def sends() -> None:
        async with first.holding(upload_id, {}) as hold:
            hold.received_bytes = 1000
            begun.set()
            await waiting(hold)

    sending = asyncio.create_task(sends())
    await begun.wait()
    async with second.holding(upload_id, {}) as hold:
        assert hold.row.received_bytes == 1000
        with pytest.raises(UploadBusy):
            await sending
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping


async def test_a_process_that_was_killed_holds_nothing_for_long(
    database: AsyncEngine, upload_id: str
) -> None:
    killed = Holds(Database(database), A_DAY_S, lease_s=0.5)
    await killed._take(upload_id, {})  # noqa: SLF001 nobody gives it back
    async with Holds(Database(database), A_DAY_S).holding(upload_id, {}) as hold:
        hold.check()


async def test_who_does_not_end_is_waited_for_in_vain(
    database: AsyncEngine, upload_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("origin.companion.uploads.holding._PATIENCE_S", 0.1)
    async with Holds(Database(database), A_DAY_S).holding(upload_id, {}):
        with pytest.raises(UploadBusy):
            async with Holds(Database(database), A_DAY_S).holding(upload_id, {}):
                pass


async def test_a_lost_hold_is_noticed(database: AsyncEngine, upload_id: str) -> None:
    holds = Holds(Database(database), A_DAY_S)
    async with holds.holding(upload_id, {}) as hold:
        async with database.begin() as connection:
            await connection.execute(update(uploads).values(holder="another"))
        await holds._renew()  # noqa: SLF001 what ``keep`` does now and then
        with pytest.raises(UploadBusy):
            hold.check()
        with pytest.raises(UploadBusy):
            await waiting(hold)


async def while_it_is_busy(database: AsyncEngine, asked: Awaitable[Any]) -> Any:
    """Return what a database answers that lets nobody change an upload for longer than a lease."""
    async with database.begin() as connection:
        await connection.execute(update(uploads).values(is_wanted=False))
        asking = asyncio.ensure_future(asked)
        await asyncio.sleep(0.6)
    return await asking


async def test_who_waited_longer_for_the_database_than_a_lease_is_asked_again(
    database: AsyncEngine, upload_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("origin.companion.uploads.holding.RENEW_EVERY_S", 0.2)
    late = Holds(Database(database), A_DAY_S, lease_s=0.4)
    hold = await while_it_is_busy(database, late._take(upload_id, {}))  # noqa: SLF001
    async with Holds(Database(database), A_DAY_S).holding(upload_id, {}):
        with pytest.raises(UploadBusy):
            await late.confirm(hold)


async def test_what_is_confirmed_is_held_from_then_on(
    database: AsyncEngine, upload_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("origin.companion.uploads.holding.RENEW_EVERY_S", 0.2)
    holds = Holds(Database(database), A_DAY_S, lease_s=0.4)
    async with holds.holding(upload_id, {}) as hold:
        await asyncio.sleep(0.2)
        await while_it_is_busy(database, holds.confirm(hold))
        async with database.connect() as connection:
            row = await rows.find(connection, upload_id)
        assert row is not None
        assert row.held_until_s > time.time()


async def test_all_that_is_held_at_once_is_renewed(database: AsyncEngine, upload_id: str) -> None:
    now_s = [time.time()]
    holds = Holds(Database(database), A_DAY_S, clock=lambda: now_s[0])
    await add_another(database, "two", now_s[0])
    async with holds.holding(upload_id, {}) as one, holds.holding("two", {}) as two:
        one.received_bytes, two.received_bytes = 1000, 2000
        now_s[0] += 3.0
        await holds._renew()  # noqa: SLF001 what ``keep`` does now and then
        assert not one.is_over()
        assert not two.is_over()
        until = {"held_until_s": now_s[0] + LEASE_S, "expires_s": now_s[0] + A_DAY_S}
        for hold, received_bytes in ((one, 1000), (two, 2000)):
            async with database.connect() as connection:
                row = await rows.find(connection, hold.upload_id)
            assert row is not None
            found = {name: getattr(row, name) for name in until}
            assert found == pytest.approx(until)
            assert (row.state, row.received_bytes) == (State.RECEIVING, received_bytes)
        async with database.begin() as connection:
            wanted = update(uploads).where(uploads.c.id == "two").values(is_wanted=True)
            await connection.execute(wanted)
        await holds._renew()  # noqa: SLF001
        assert (one.is_over(), two.is_over()) == (False, True)


async def plan_of(database: AsyncEngine, ask: Callable[[AsyncConnection], Awaitable[Any]]) -> str:
    """Return how the database goes about the last query that is asked."""
    asked: list[Any] = []

    class Listening:
        dialect = database.dialect

        async def execute(self, statement: Any) -> Any:
            asked.append(statement)
            raise LookupError

    with suppress(LookupError):
        await ask(Listening())  # type: ignore[arg-type] # as much of one as is needed
    is_sqlite = database.dialect.name == "sqlite"
    compiled = str(
        asked[-1].compile(dialect=database.dialect, compile_kwargs={"literal_binds": True})
    )
    explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
    async with database.begin() as connection:
        if not is_sqlite:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
            await connection.execute(text("SET LOCAL enable_bitmapscan = off"))
        found = await connection.execute(text(f"{explain} {compiled}"))
        return "\n".join(str(row[-1]) for row in found)


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (
            lambda connection: rows.newest(connection, "ann", (1.0, "one"), 20),
            "ix_uploads_user_id_created_s_id",
        ),
        (
            lambda connection: rows.used(connection, "ann"),
            "ix_uploads_user_id_state_size_bytes_received_bytes",
        ),
    ],
)
async def test_what_is_asked_often_is_read_from_an_index(
    database: AsyncEngine, ask: Callable[[AsyncConnection], Awaitable[Any]], index: str
) -> None:
    plan = await plan_of(database, ask)
    assert index in plan
    assert "TEMP B-TREE" not in plan
    assert "Sort" not in plan
