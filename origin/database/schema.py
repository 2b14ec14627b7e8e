"""Bringing a database's schema up to date, whoever else does so at the same time."""

from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

_LOCK_NUMBER: Final = 0x736F756E64
"""Of PostgreSQL's advisory lock; any number that no other program takes."""


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


def _upgrade(connection: Connection, version: str) -> None:
    config = Config()
    config.set_main_option("script_location", "origin.database:migrations")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if not known.issuperset(MigrationContext.configure(connection).get_current_heads()):
        raise NewerSchema
    command.upgrade(config, version)
