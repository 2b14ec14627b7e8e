"""Bringing a database's schema up to date, whoever else does so at the same time."""

from enum import Enum, auto
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LOCK_NUMBER: Final = 0x736F756E64
"""Of PostgreSQL's advisory lock; any number that no other program takes."""


class SchemaAge(Enum):
    """What the schema of a database is beside this version's."""

    NONE = auto()
    OLDER = auto()
    OURS = auto()
    NEWER = auto()


class NewerSchema(Exception):
    """A later version than this one has brought the database up to date."""


async def upgrade(engine: AsyncEngine, version: str = "head") -> None:
    """Run the migrations that are missing up to ``version``, which is the newest unless given.

    They are one transaction; processes wait for each other. Raises NewerSchema.
    """
    async with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
        await connection.run_sync(_upgrade, version)


async def schema_age(connection: AsyncConnection) -> SchemaAge:
    """Say of which version a database is, and change nothing."""
    return await connection.run_sync(_age)


def _age(connection: Connection) -> SchemaAge:
    scripts = ScriptDirectory.from_config(_config())
    there = set(MigrationContext.configure(connection).get_current_heads())
    if not there:
        return SchemaAge.NONE
    if not _known(scripts).issuperset(there):
        return SchemaAge.NEWER
    return SchemaAge.OURS if there == set(scripts.get_heads()) else SchemaAge.OLDER


def _upgrade(connection: Connection, version: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    known = _known(ScriptDirectory.from_config(config))
    if not known.issuperset(MigrationContext.configure(connection).get_current_heads()):
        raise NewerSchema
    command.upgrade(config, version)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "origin.database:migrations")
    return config


def _known(scripts: ScriptDirectory) -> set[str]:
    return {script.revision for script in scripts.walk_revisions()}
