"""Bringing a database's schema up to date, whoever else does so at the same time."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum, auto
from importlib.resources import files
from pathlib import Path
from typing import Final

import structlog
from sqlalchemy import Connection, column, inspect, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from origin.database.sqlite import migrating_file, schema_versions

_LOCK_NUMBER: Final = 0x736F756E64
"""Of PostgreSQL's advisory lock; any number that no other program takes."""
_WAITING: Final = "waiting for another process that migrates the database"
_LOOK_EVERY_S: Final = 0.2
_VERSION: Final = table("alembic_version", column("version_num"))

_log = structlog.get_logger("soundbridge.database")

Busy = Callable[[], AbstractAsyncContextManager[None]]
"""Gives a block in which what may take hours is done."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Of which version a database was, None where it had no schema, and of which it is."""

    before: str | None
    after: str


class SchemaAge(Enum):
    """What the schema of a database is beside this version's."""

    NONE = auto()
    OLDER = auto()
    OURS = auto()
    NEWER = auto()


class NewerSchema(Exception):
    """A later version than this one has brought the database up to date."""


async def upgrade(
    engine: AsyncEngine, version: str | None = None, *, busy: Busy = nullcontext
) -> Upgrade:
    """Run the migrations that are missing up to ``version``, which is the newest unless given.

    They are one transaction; processes wait for each other, ``busy`` meanwhile. Raises NewerSchema.
    """
    version = version or newest_version()
    if engine.dialect.name == "postgresql":
        return await _upgrade(engine, version, busy)
    path = Path(engine.url.database or "")
    if await asyncio.to_thread(schema_versions, path) == {version}:
        return Upgrade(version, version)
    with migrating_file(path.parent) as take:
        await _take_turn_of_file(take, busy)
        return await _upgrade(engine, version, busy)


async def _upgrade(engine: AsyncEngine, version: str, busy: Busy) -> Upgrade:
    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await _take_turn(connection, busy)
        there = await connection.run_sync(_versions)
        if not _known().issuperset(there):
            raise NewerSchema
        before = max(there, default=None)
        if there == {version}:
            return Upgrade(before, version)
        from origin.database.migrating import migrate  # noqa: PLC0415 long to load, rarely needed

        if before is not None:  # to make an empty database's takes no time
            _log.info("database being migrated", before=before, after=version)
        async with busy():
            await connection.run_sync(migrate, version)
        return Upgrade(before, version)


async def _take_turn(connection: AsyncConnection, busy: Busy) -> None:
    """Wait until no other process migrates."""
    if await connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({_LOCK_NUMBER})")):
        return
    _log.warning(_WAITING)
    async with busy():
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))


async def _take_turn_of_file(take: Callable[[], bool], busy: Busy) -> None:
    """Wait until no other process migrates: SQLite itself would wait for a while, and then fail."""
    if take():
        return
    _log.warning(_WAITING)
    async with busy():
        while not take():  # noqa: ASYNC110 nothing tells of it
            await asyncio.sleep(_LOOK_EVERY_S)


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
