"""Bringing a database's schema up to date, whoever else does so at the same time."""

from enum import Enum, auto
from importlib.resources import files
from typing import Final

from sqlalchemy import Connection, column, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LOCK_NUMBER: Final = 0x736F756E64
"""Of PostgreSQL's advisory lock; any number that no other program takes."""
_VERSION: Final = table("alembic_version", column("version_num"))


class SchemaAge(Enum):
    """What the schema of a database is beside this version's."""

    NONE = auto()
    OLDER = auto()
    OURS = auto()
    NEWER = auto()


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
        there = await connection.run_sync(_versions)
        if not _known().issuperset(there):
            raise NewerSchema
        if there == {version}:
            return
        from origin.database.migrating import migrate  # noqa: PLC0415 long to load, rarely needed

        await connection.run_sync(migrate, version)


async def schema_age(connection: AsyncConnection) -> SchemaAge:
    """Say of which version a database is, and change nothing."""
    there = await connection.run_sync(_versions)
    if not there:
        return SchemaAge.NONE
    if not _known().issuperset(there):
        return SchemaAge.NEWER
    return SchemaAge.OURS if there == {newest_version()} else SchemaAge.OLDER


def newest_version() -> str:
    """Return the version after the last migration."""
    return max(_known())


def _known() -> set[str]:
    """Return the versions that migrations make, which are in the names of their files."""
    names = (each.name for each in (files("origin.database.migrations") / "versions").iterdir())
    return {name[1:].partition("_")[0] for name in names if name.startswith("v")}


def _versions(connection: Connection) -> set[str]:
    """Return which versions the database has; none before its first migration."""
    if not inspect(connection).has_table(_VERSION.name):
        return set()
    return set(connection.scalars(select(_VERSION.c.version_num)))
