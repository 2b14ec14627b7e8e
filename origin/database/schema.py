"""Bringing a database's schema up to date, whoever else does so at the same time."""

from importlib.resources import files
from typing import Final

from sqlalchemy import Connection, column, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncEngine

_LOCK_NUMBER: Final = 0x736F756E64
"""Of PostgreSQL's advisory lock; any number that no other program takes."""
_VERSION: Final = table("alembic_version", column("version_num"))


class NewerSchema(Exception):
    """A later version than this one has brought the database up to date."""


async def upgrade(engine: AsyncEngine, version: str | None = None) -> None:
    """Run the migrations that are missing up to ``version``, which is the newest unless given.

    They are one transaction; processes wait for each other. Raises NewerSchema.
    """
    version = version or newest_version()
    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
        if await connection.run_sync(_versions) == [version]:
            return
        from origin.database.migrating import migrate  # noqa: PLC0415 long to load, rarely needed

        await connection.run_sync(migrate, version)


def newest_version() -> str:
    """Return the last migration's version, which is in the name of its file."""
    names = (each.name for each in (files("origin.database.migrations") / "versions").iterdir())
    return max(name[1:].partition("_")[0] for name in names if name.startswith("v"))


def _versions(connection: Connection) -> list[str]:
    """Return which versions the database has; none before its first migration."""
    if not inspect(connection).has_table(_VERSION.name):
        return []
    return list(connection.scalars(select(_VERSION.c.version_num)))
