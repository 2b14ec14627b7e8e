"""Two PostgreSQL servers, one of which follows the other: who is answered by which."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from click.testing import CliRunner
from obstore.store import MemoryStore
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from origin.app import create_app
from origin.beside import beside
from origin.cache.tell import tell_nobody
from origin.circuit import FAILURES_MAX
from origin.cli import main
from origin.companion.caching.opening import open_answers
from origin.companion.catalogue import events
from origin.companion.catalogue.tables import artists
from origin.companion.composition import Companion
from origin.companion.database import Database
from origin.companion.identity.keys import ID_BYTES, SECRET_BYTES, NewKey, add_key
from origin.companion.identity.principal import ALL_SCOPES, Means, Principal, Role
from origin.companion.identity.tables import users
from origin.companion.identity.users import add_user
from origin.companion.media import Media
from origin.companion.opening import open_companion
from origin.companion.replicas import Replica, Replicas
from origin.companion.rows import Rows
from origin.database.engine import open_database, open_replica, open_serving
from origin.delivery.errors import DatabaseUnavailable
from packager.queue.inserting import insert_into
from packager.queue.tables import metadata
from tests.functional.api.listening import Listener
from tests.servers.postgres import Postgres, empty, running

BEHIND_MAX_S = 3.0
LISTENER, CREATOR = (
    Principal("somebody", role, ALL_SCOPES, Means.KEY) for role in (Role.LISTENER, Role.CREATOR)
)


@dataclass(frozen=True)
class Pair:
    primary: Postgres
    replica: Postgres


@pytest.fixture(scope="module")
def servers() -> Iterator[Pair]:
    with running() as primary, running() as replica:
        primary.say("ALTER SYSTEM SET wal_level = logical")
        primary.control("restart", "-m", "fast")
        yield Pair(primary, replica)


@pytest.fixture
async def pair(servers: Pair, tmp_path: Path) -> AsyncIterator[Pair]:
    """One that follows, and is up to date: both are empty."""
    for server in (servers.primary, servers.replica):
        async with open_database(tmp_path, server.url) as engine:
            await empty(engine)
    socket = servers.primary.url.rpartition("host=")[2]
    servers.primary.say(f"CREATE PUBLICATION p FOR TABLE {', '.join(metadata.tables)}")
    servers.replica.say(
        f"CREATE SUBSCRIPTION s CONNECTION 'host={socket} user=postgres dbname=postgres'"
        " PUBLICATION p WITH (copy_data = false)"  # else each table follows in its own time
    )
    yield servers
    servers.replica.say("DROP SUBSCRIPTION s")
    servers.primary.say("DROP PUBLICATION p")


async def write(database: Database, user_id: str) -> None:
    async with database.change() as connection:
        row = {"id": user_id, "name": "A", "role": Role.LISTENER, "created_s": 1.0}
        await connection.execute(insert(users).values(row))


async def seen(database: Database, by: Principal | None) -> set[str]:
    async with database.look(by) as connection:
        return set(await connection.scalars(select(users.c.id)))


@asynccontextmanager
async def engines(pair: Pair, state: Path) -> AsyncIterator[tuple[AsyncEngine, AsyncEngine]]:
    """Open the primary and its replica."""
    async with (
        open_serving(state, pair.primary.url) as primary,
        open_replica(pair.replica.url) as replica,
    ):
        yield primary, replica


async def until_seen(database: Database, by: Principal | None, expected: set[str]) -> None:
    async with asyncio.timeout(60):
        while await seen(database, by) != expected:  # noqa: ASYNC110 a row changes, which tells nobody
            await asyncio.sleep(0.05)


async def test_authors_read_what_they_wrote_and_others_what_the_replica_has(
    pair: Pair, tmp_path: Path
) -> None:
    async with engines(pair, tmp_path) as (primary, replica):
        database = Database(primary, [replica])
        await write(database, "first")
        await until_seen(database, None, {"first"})
        pair.replica.say("ALTER SUBSCRIPTION s DISABLE")
        await write(database, "second")
        for _ in range(4):
            assert await seen(database, CREATOR) == {"first", "second"}
            assert await seen(database, LISTENER) == {"first"}
            assert await seen(database, None) == {"first"}
            async with database.look_now() as connection:
                assert len((await connection.scalars(select(users.c.id))).all()) == 2
        pair.replica.say("ALTER SUBSCRIPTION s ENABLE")
        await until_seen(database, None, {"first", "second"})


async def test_readers_take_turns_and_one_that_is_down_is_passed_over(
    pair: Pair, tmp_path: Path
) -> None:
    async with AsyncExitStack() as opened:
        primary = await opened.enter_async_context(open_serving(tmp_path, pair.primary.url))
        up_to_date = await opened.enter_async_context(open_replica(pair.primary.url))
        replica = await opened.enter_async_context(open_replica(pair.replica.url))
        database = Database(primary, [replica, up_to_date])
        pair.replica.say("ALTER SUBSCRIPTION s DISABLE")
        await write(database, "one")
        answers = [len(await seen(database, None)) for _ in range(6)]
        assert answers in ([0, 1] * 3, [1, 0] * 3)
        pair.replica.control("stop", "-m", "immediate")
        try:
            begun_s = time.monotonic()
            assert [len(await seen(database, None)) for _ in range(20)] == [1] * 20
            assert [len(await seen(Database(primary, [replica]), None)) for _ in range(20)] == (
                [1] * 20
            )
            assert time.monotonic() - begun_s < 20
        finally:
            pair.replica.control("start", "-o", f'-h "" -k {socket_folder(pair.replica)}')
        async with asyncio.timeout(60):
            while await seen(database, None):  # noqa: ASYNC110 a row changes, which tells nobody
                await asyncio.sleep(0.05)
        pair.replica.say("ALTER SUBSCRIPTION s ENABLE")


@pytest.mark.long
async def test_one_that_is_too_far_behind_is_passed_over_until_it_has_caught_up(
    pair: Pair, tmp_path: Path
) -> None:
    async with AsyncExitStack() as opened:
        primary, replica = await opened.enter_async_context(engines(pair, tmp_path))
        database = Database(primary, [replica], behind_max_s=BEHIND_MAX_S)
        (watched,) = database.replicas.all
        await opened.enter_async_context(beside(database.keep_watching_replicas(), "watched"))
        await call(database, "Ann")
        await until_seen(database, None, {"u"})
        with capture_logs() as logged:
            pair.replica.say("ALTER SUBSCRIPTION s DISABLE")
            await write(database, "second")
            await tell(database, "u", "ready")
            assert await seen(database, None) == {"u"}
            begun_s = time.monotonic()
            await until_seen(database, None, {"u", "second"})
            assert watched.is_passed_over
            assert BEHIND_MAX_S / 2 < time.monotonic() - begun_s < 30
            assert [await seen(database, None) for _ in range(4)] == [{"u", "second"}] * 4
            pair.replica.say("ALTER SUBSCRIPTION s ENABLE")
            await until_caught_up(watched)
        said = [entry["event"] for entry in logged if "replica" in entry]
        assert said == [
            "a replica is too far behind; others are read",
            "a replica has caught up, and is read again",
        ]
        assert await seen(database, LISTENER) == {"u", "second"}


async def test_who_serves_watches_replicas(pair: Pair, tmp_path: Path) -> None:
    rows = Rows(tmp_path, pair.primary.url, (pair.replica.url,))
    opening = open_companion(rows, tmp_path.as_uri(), cache=None, is_draining=lambda: False)
    async with opening as companion:
        assert companion.database.has_replicas
        assert "replicas watched" in {task.get_name() for task in asyncio.all_tasks()}


async def until_caught_up(replica: Replica) -> None:
    async with asyncio.timeout(60):
        while replica.is_passed_over:  # noqa: ASYNC110 the verdict of a look, which tells nobody
            await asyncio.sleep(0.05)


async def test_without_the_primary_nobody_is_behind(pair: Pair, tmp_path: Path) -> None:
    async with engines(pair, tmp_path) as (primary, replica):
        replicas = Replicas([replica], behind_max_s=1.0)
        await replicas.look(primary)
        pair.primary.control("stop", "-m", "immediate")
        try:
            for _ in range(3):
                await replicas.look(primary)
                await asyncio.sleep(0.5)
            assert not replicas.all[0].is_passed_over
        finally:
            pair.primary.control("start", "-o", f'-h "" -k {socket_folder(pair.primary)}')


async def test_one_that_is_lost_in_the_middle_of_looks_is_passed_over(
    pair: Pair, tmp_path: Path
) -> None:
    async with engines(pair, tmp_path) as (primary, replica):
        database = Database(primary, [replica])
        for _ in range(FAILURES_MAX):
            with pytest.raises(DatabaseUnavailable):
                await lose(database, pair.replica)
        assert database.replicas.all[0].is_passed_over
        assert await seen(database, None) == set()
        async with asyncio.timeout(20):
            while database.replicas.all[0].is_passed_over:
                await asyncio.sleep(0.1)
                await seen(database, None)


async def lose(database: Database, server: Postgres) -> None:
    """Look twice at rows of a server, which ends the connection in between."""
    async with database.look(None) as connection:
        process = await connection.scalar(text("SELECT pg_backend_pid()"))
        server.say(f"SELECT pg_terminate_backend({process}, 5000)")
        await connection.execute(select(users.c.id))


@pytest.mark.parametrize("what", ["artists RENAME", "artists RENAME COLUMN handle"])
async def test_one_that_lacks_a_table_or_a_column_is_passed_over(
    pair: Pair, tmp_path: Path, what: str
) -> None:
    async with AsyncExitStack() as opened:
        primary, replica = await opened.enter_async_context(engines(pair, tmp_path))
        app = create_app(
            MemoryStore(), companion=Companion(Database(primary, [replica]), Media(MemoryStore()))
        )
        client = await opened.enter_async_context(TestClient(TestServer(app)))
        table, _, name = what.rpartition(" RENAME")
        pair.replica.say(f"ALTER TABLE {what} TO moved")
        try:
            statuses = []
            for path in ("artists/ann", "artists/ann", "tracks", "artists/ann"):
                async with client.get(f"/v1/{path}") as response:
                    statuses.append(response.status)
        finally:
            before = f"{table} RENAME COLUMN moved TO handle" if name else "moved RENAME TO artists"
            pair.replica.say(f"ALTER TABLE {before}")
        assert statuses == [503, 404, 200, 404]


async def test_doctor_says_how_far_behind_a_replica_is(pair: Pair, tmp_path: Path) -> None:
    await asyncio.to_thread(pair.replica.say, UNTIL_ALL_TABLES_FOLLOW)
    found = partial(asyncio.to_thread, of_replica, tmp_path, pair)
    assert await found() == ("ok", "is up to date", "")
    async with open_serving(tmp_path, pair.primary.url) as engine:
        pair.replica.say("ALTER SUBSCRIPTION s DISABLE")
        try:
            await tell(Database(engine), "ann", "first")
            level, said, to_do = await found()
        finally:
            pair.replica.say("ALTER SUBSCRIPTION s ENABLE")
    assert level == "warn"
    assert said.startswith("is 1 events behind, the first of which is ")
    assert "pg_stat_subscription" in to_do


@pytest.mark.long
async def test_doctor_says_what_a_replica_lacks(pair: Pair, tmp_path: Path) -> None:
    found = partial(asyncio.to_thread, of_replica, tmp_path, pair)
    pair.replica.say("ALTER TABLE alembic_version RENAME TO moved")
    try:
        level, said, to_do = await found()
    finally:
        pair.replica.say("ALTER TABLE moved RENAME TO alembic_version")
    assert (level, said) == ("fail", "is empty")
    assert "--database" in to_do
    pair.replica.control("stop", "-m", "immediate")
    try:
        level, said, to_do = await found()
    finally:
        pair.replica.control("start", "-o", f'-h "" -k {socket_folder(pair.replica)}')
    assert level == "fail"
    assert "cannot be asked" in said
    assert "See whether it runs" in to_do


def of_replica(state: Path, pair: Pair) -> tuple[str, str, str]:
    """Return what doctor says of it: how bad it is, what it is, and what to do."""
    words = ("doctor", "--json", "--state", str(state), "--database", pair.primary.url)
    done = CliRunner().invoke(main, [*words, "--database-replica-urls", pair.replica.url])
    (one,) = [each for each in json.loads(done.stdout) if each["check"] == "replica"]
    said = re.sub(
        r"^(The replica )?postgresql\S+ (answers, has this version's schema, and )?",
        "",
        one["said"],
    )
    return one["level"], said.removesuffix("."), one["to_do"]


@pytest.mark.long
async def test_what_a_replica_says_late_is_not_kept(pair: Pair, tmp_path: Path) -> None:
    async with AsyncExitStack() as opened:
        primary, replica = await opened.enter_async_context(engines(pair, tmp_path))
        database = Database(primary, [replica])
        answers = await opened.enter_async_context(open_answers(database, None, tell_nobody))
        store = MemoryStore()
        companion = Companion(database, Media(store), answers=answers)
        app = create_app(store, companion=companion)
        client = await opened.enter_async_context(TestClient(TestServer(app)))
        await asyncio.to_thread(pair.replica.say, UNTIL_ALL_TABLES_FOLLOW)
        await call(database, "Ann")
        await until_called(client, "Ann")
        assert await called(client) == ("Ann", HIT)
        pair.replica.say("ALTER SUBSCRIPTION s DISABLE")
        await call(database, "Bea")
        async with asyncio.timeout(20):
            while (await called(client))[1] == HIT:  # noqa: ASYNC110 until it is known
                await asyncio.sleep(0.05)
        for _ in range(3):
            name, found = await called(client)
            assert (name, found == HIT) == ("Ann", False)
        pair.replica.say("ALTER SUBSCRIPTION s ENABLE")
        await until_called(client, "Bea")
        async with asyncio.timeout(20):
            while await called(client) != ("Bea", HIT):
                assert (await called(client))[0] == "Bea"


HIT = "soundbridge; hit"
UNTIL_ALL_TABLES_FOLLOW = (
    "DO 'BEGIN WHILE EXISTS (SELECT FROM pg_subscription_rel WHERE srsubstate <> ''r'') LOOP"
    " PERFORM pg_sleep(0.05); END LOOP; END'"
)
"""They are copied one after the other: until then, a row may be there before what tells of it."""
Client = TestClient[Request, Application]


async def call(database: Database, name: str) -> None:
    """Let there be an artist who is called so."""
    times = {"created_s": 1.0, "updated_s": 1.0}
    row = {"id": "ann", "user_id": "u", "handle": "ann", "description": "", "version": 1, **times}
    async with database.change() as connection:
        user = {"id": "u", "name": "A", "role": Role.CREATOR, "created_s": 1.0}
        await connection.execute(
            insert_into(connection, users).values(user).on_conflict_do_nothing()
        )
        put = insert_into(connection, artists).values(**row, name=name)
        await connection.execute(
            put.on_conflict_do_update(index_elements=["id"], set_={"name": name})
        )
        await events.tell(connection, "artist.changed", "ann", "u", {}, now_s=1.0)


async def called(client: Client) -> tuple[str | None, str]:
    response = await client.get("/v1/artists/ann")
    return (await response.json()).get("name"), response.headers["Cache-Status"]


async def until_called(client: Client, name: str) -> None:
    async with asyncio.timeout(60):
        while (await called(client))[0] != name:  # noqa: ASYNC110 a row changes, which tells nobody
            await asyncio.sleep(0.05)


async def test_streams_do_not_wait_for_a_replica(pair: Pair, tmp_path: Path) -> None:
    async with AsyncExitStack() as opened:
        primary, replica = await opened.enter_async_context(engines(pair, tmp_path))
        database = Database(primary, [replica])
        companion = Companion(database, Media(MemoryStore()))
        app = create_app(MemoryStore(), companion=companion)
        client = await opened.enter_async_context(TestClient(TestServer(app)))
        pair.replica.say("ALTER SUBSCRIPTION s DISABLE")
        try:
            ann, key = await creator(database)
            await tell(database, ann, "before")
            headers = {"Authorization": f"Bearer {key}", "Last-Event-ID": "0"}
            async with client.get("/v1/assets/events", headers=headers) as response:
                listener = Listener(response)
                first = await listener.next()
                await tell(database, ann, "after")
                then = await listener.next()
            told = [each and each.data["asset_id"] for each in (first, then)]
            assert told == ["before", "after"]
        finally:
            pair.replica.say("ALTER SUBSCRIPTION s ENABLE")


async def creator(database: Database) -> tuple[str, str]:
    """Make one; return an id, and a key."""
    new = NewKey.of(bytes(ID_BYTES + SECRET_BYTES))
    async with database.change() as connection:
        await add_user(connection, "ann", name="Ann", role=Role.CREATOR, now_s=1.0)
        await add_key(connection, new, "ann", name="test", scopes=ALL_SCOPES, now_s=1.0)
    return "ann", new.text


async def tell(database: Database, owner_id: str, asset_id: str) -> None:
    """Tell that an asset is ready."""
    async with database.change() as connection:
        said = {"asset_id": asset_id}
        await events.tell(connection, "asset.ready", asset_id, owner_id, said, now_s=1.0)


async def test_nothing_is_written_to_a_replica(pair: Pair) -> None:
    async with open_replica(pair.replica.url) as replica:
        with pytest.raises(Exception, match="read-only"):
            await write(Database(replica), "one")


def socket_folder(server: Postgres) -> str:
    return server.url.rpartition("host=")[2]


def test_copies_need_what_they_are_copies_of() -> None:
    done = CliRunner().invoke(main, ["serve", "--database-replica-urls", "postgresql://a/b"])
    assert done.exit_code == 2
    assert "--database-replica-urls needs --database" in done.output
