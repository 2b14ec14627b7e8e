"""The database goes away in the middle of what is done: nothing is lost or doubled, all is told.

Connections are ended under whoever is in a transaction, again and again; clients ask again with the
same key, as they should, until they are answered.
"""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from structlog.testing import capture_logs

from origin.companion.access import Access
from origin.companion.api import idempotency
from origin.companion.catalogue import events
from origin.companion.catalogue.tables import artists
from origin.companion.identity.tables import audit, idempotency_keys, sign_in_links
from origin.companion.opening import open_companion
from origin.companion.rooms import Room
from origin.companion.rows import Rows
from tests.functional.api.service import Service, User

over_postgresql_alone = pytest.mark.parametrize("service", ["postgresql"], indirect=True)
CLIENTS = 8
EACH = 6
ENDINGS = 25
_END_ALL = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
)


async def made(service: Service, by: User, number: int, seen: Counter[Any]) -> str | None:
    """Make an artist, however often that has to be asked; None where its answer was lost."""
    said = {"name": f"N{number}", "handle": f"handle-{number}"}
    key = {"Idempotency-Key": f"key-{number}"}
    while True:
        response = await service.ask("POST", "/v1/artists", by, said, key)
        content = await response.json()
        seen[response.status, content.get("code")] += 1
        if response.status == 201:
            return str(content["id"])
        assert response.content_type == "application/problem+json"
        if content["code"] == "answer_not_kept":
            return None
        if response.status == 503:
            assert int(response.headers["Retry-After"]) > 0
        else:
            assert (response.status, content["code"]) == (409, "idempotency_key_in_use"), content
        await asyncio.sleep(0.1)


@pytest.mark.long
@over_postgresql_alone
async def test_connections_end_in_the_middle(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LEASE_S", 1.0)  # where a lost attempt cannot be given up
    ann = await service.user()
    seen: Counter[Any] = Counter()
    found: list[str | None] = []

    async def client(first: int) -> None:
        numbers = range(first, CLIENTS * EACH, CLIENTS)
        found.extend([await made(service, ann, number, seen) for number in numbers])

    async def end_connections() -> None:
        async with service.database.primary.connect() as connection:
            for _ in range(ENDINGS):
                await connection.execute(_END_ALL)
                await connection.commit()
                await asyncio.sleep(0.03)

    await asyncio.gather(end_connections(), *(client(number) for number in range(CLIENTS)))
    assert seen[503, "database_unavailable"], "nothing was in the middle of anything"
    async with service.database.look_now() as connection:
        handles = list(await connection.scalars(select(artists.c.handle)))
        told = await events.since(connection, 0, limit=1_000)
        deeds = await connection.scalar(
            select(func.count()).select_from(audit).where(audit.c.action == "createArtist")
        )
    assert sorted(handles) == sorted(f"handle-{number}" for number in range(CLIENTS * EACH))
    assert Counter(event.kind for event in told) == {"artist.created": CLIENTS * EACH}
    assert deeds == CLIENTS * EACH, "what was done was told in the same transaction"
    known = [each for each in found if each is not None]
    assert len(set(known)) == len(known) >= CLIENTS


async def until_waiting(service: Service, many: int) -> None:
    """Wait until so many transactions wait for another."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    async with asyncio.timeout(30):
        while True:
            async with service.database.primary.connect() as connection:
                if await connection.scalar(waiting) == many:
                    return
            await asyncio.sleep(0.02)


@over_postgresql_alone
async def test_what_was_broken_off_has_left_nothing(service: Service) -> None:
    """A transaction that waits for another's row is ended while it waits."""
    ann = await service.user()
    one = await service.post("/v1/artists", ann, {"name": "A", "handle": "aaa"})
    path, key = f"/v1/artists/{one['id']}", {"Idempotency-Key": "k"}
    async with service.database.primary.connect() as holder:
        await holder.execute(text("SELECT id FROM artists FOR UPDATE"))
        waits = asyncio.create_task(service.ask("PATCH", path, ann, {"name": "B"}, key))
        track = {"artist_id": one["id"], "title": "T"}
        also = asyncio.create_task(service.ask("POST", "/v1/tracks", ann, track, key))
        await until_waiting(service, 2)
        await holder.execute(_END_ALL)
        for response in await asyncio.gather(waits, also):
            assert response.status == 503
            assert (await response.json())["code"] == "database_unavailable"
        await holder.rollback()
    assert (await service.get(path))["name"] == "A"
    assert (await service.get("/v1/me/tracks", ann))["items"] == []
    async with service.database.look_now() as connection:
        assert not await connection.scalar(select(func.count()).select_from(idempotency_keys))
    assert (await service.ask("POST", "/v1/tracks", ann, track, key)).status == 201


async def let_writes(service: Service, said: str) -> None:
    """Say to each connection that is made from now on whether it may write, as a server does."""
    async with service.database.primary.connect() as connection:
        name = await connection.scalar(text("SELECT current_database()"))
        await connection.rollback()
        await connection.execute(text("SET TRANSACTION READ WRITE"))
        await connection.execute(text(f"ALTER DATABASE {name} {said}"))
        await connection.commit()


@over_postgresql_alone
async def test_a_primary_that_may_not_write_any_more_is_left(service: Service) -> None:
    """As behind a switchover: connections to the one that was the primary stay, and only read."""
    ann = await service.user()
    said = {"name": "A", "handle": "aaa"}
    try:
        await let_writes(service, "SET default_transaction_read_only = on")
        await service.database.primary.dispose()
        refused = [await service.ask("POST", "/v1/artists", ann, said) for _ in range(2)]
    finally:
        await let_writes(service, "RESET default_transaction_read_only")
    for response in refused:
        assert response.status == 503
        assert (await response.json())["code"] == "database_unavailable"
    # Before, the pool's connections are read-only; the first that may not write is the last.
    statuses = [(await service.ask("POST", "/v1/artists", ann, said)).status for _ in range(2)]
    assert statuses == [503, 201]


async def rename(service: Service, table: str, name: str) -> None:
    async with service.database.primary.begin() as connection:
        await connection.execute(text(f"ALTER TABLE {table} RENAME TO {name}"))


@over_postgresql_alone
async def test_what_goes_on_beside_survives_an_error_that_nobody_expects(
    service: Service, postgres_url: str, tmp_path: Path
) -> None:
    link = {"digest": "d" * 64, "user_id": (await service.user()).id, "expires_s": 1.0}
    async with service.database.change() as connection:
        await connection.execute(insert(sign_in_links).values(link))
    with capture_logs() as logged:
        await rename(service, "sign_in_links", "elsewhere")
        try:
            async with open_companion(
                Rows(tmp_path, postgres_url),
                str(tmp_path),
                Access(),
                cache=None,
                is_draining=lambda: False,
                rooms=frozenset({Room.SESSIONS}),
            ):
                async with asyncio.timeout(30):
                    while not any(each.get("work") == "sweep of identity" for each in logged):  # noqa: ASYNC110 a log
                        await asyncio.sleep(0.05)
                    await rename(service, "elsewhere", "sign_in_links")
                    while await links(service):  # noqa: ASYNC110 a row goes, which tells nobody
                        await asyncio.sleep(0.05)
        finally:
            async with service.database.primary.begin() as connection:
                await connection.execute(
                    text("ALTER TABLE IF EXISTS elsewhere RENAME TO sign_in_links")
                )


async def links(service: Service) -> int:
    async with service.database.look_now() as connection:
        return await connection.scalar(select(func.count()).select_from(sign_in_links)) or 0
