"""What happens is told to webhooks whoever is killed meanwhile: nothing is lost or made twice."""

import asyncio
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from origin.companion.catalogue import events
from origin.companion.identity.principal import Role
from origin.companion.identity.users import add_user
from origin.companion.webhooks import rows
from origin.companion.webhooks.signing import new_secret
from origin.database.engine import open_database
from origin.database.sqlite import FILE_NAME
from tests.functional.supervising import Server, embedded, until

pytestmark = pytest.mark.long

EVENTS = 60
KILLS = 2


@contextmanager
def receiving() -> Iterator[tuple[str, list[str]]]:
    """Give the address of a receiver, and the ids of what comes."""
    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            came.append(self.headers["webhook-id"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", came
        server.shutdown()


async def make_webhook(state: Path, url: str) -> None:
    now_s = time.time()
    values = {"id": "hook", "user_id": "ann", "url": url, "description": "", "kinds": "*"}
    values |= {"secret": new_secret(bytes(32))}
    async with open_database(state, None) as database, database.begin() as connection:
        await add_user(connection, "ann", name="Ann", role=Role.CREATOR, now_s=now_s)
        await rows.add(connection, {**values, "created_s": now_s, "updated_s": now_s})


async def tell(state: Path, first: int, count: int) -> None:
    async with open_database(state, None) as database:
        for number in range(first, first + count):
            async with database.begin() as connection:
                await events.tell(
                    connection, "artist.changed", f"a{number}", "ann", {}, now_s=time.time()
                )


def delivered(state: Path) -> list[str]:
    with closing(sqlite3.connect(state / FILE_NAME, timeout=30)) as database:
        query = "SELECT id FROM webhook_deliveries WHERE delivered_s IS NOT NULL"
        return [row[0] for row in database.execute(query)]


def made(state: Path) -> int:
    with closing(sqlite3.connect(state / FILE_NAME, timeout=30)) as database:
        (count,) = database.execute("SELECT count(*) FROM webhook_deliveries").fetchone()
        return int(count)


def packager(server: Server) -> int:
    return int(server.events("worker started")[-1]["worker"].split("-")[-2])


def kill_in_the_middle(server: Server, came: list[str]) -> None:
    """Kill who sends as soon as something more has come, and wait until another is there."""
    before, started = len(came), len(server.events("worker started"))
    until(lambda: len(came) > before)
    os.kill(packager(server), signal.SIGKILL)
    until(lambda: len(server.events("worker started")) > started)


def test_nothing_is_lost_or_doubled_whoever_is_killed(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with (
        receiving() as (url, came),
        embedded(state, tmp_path / "log", "--outward", "127.0.0.0/8") as server,
    ):
        until(lambda: server.events("worker started"))
        asyncio.run(make_webhook(state, url))
        a_third = EVENTS // (KILLS + 1)
        for kill in range(KILLS):
            telling = threading.Thread(
                target=asyncio.run, args=[tell(state, kill * a_third, a_third)]
            )
            telling.start()
            kill_in_the_middle(server, came)
            telling.join()
        asyncio.run(tell(state, KILLS * a_third, a_third))
        until(lambda: len(delivered(state)) == EVENTS)
        assert made(state) == EVENTS
        assert set(came) == set(delivered(state)), "each came, some maybe twice"
