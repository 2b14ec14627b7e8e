"""The migrations make exactly the tables that the code speaks to."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.database.engine import DatabaseUnusable, open_database
from origin.database.schema import upgrade
from origin.database.tables import metadata


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection), metadata))


async def test_migrations_and_tables_agree(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        assert await connection.run_sync(differences) == []


async def test_upgrading_again_changes_nothing(database: AsyncEngine) -> None:
    await upgrade(database)
    async with database.begin() as connection:
        assert await connection.run_sync(differences) == []


async def test_processes_that_start_at_once_make_one_schema(tmp_path: Path) -> None:
    async def start() -> list[object]:
        async with open_database(tmp_path, None) as engine, engine.begin() as connection:
            return await connection.run_sync(differences)

    assert await asyncio.gather(*(start() for _ in range(4))) == [[]] * 4


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root@host/name", "not a database we know"),
        ("nonsense", "not the URL of a database"),
        ("postgresql://nobody:secret@127.0.0.1:1/none", "cannot be used"),
    ],
)
async def test_a_database_that_cannot_be_had_is_said_in_a_sentence(
    tmp_path: Path, url: str, said: str
) -> None:
    with pytest.raises(DatabaseUnusable, match=said) as caught:
        async with open_database(tmp_path, url):
            pass
    assert "secret" not in str(caught.value)


async def test_a_state_folder_that_is_a_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("")
    with pytest.raises(DatabaseUnusable, match="state folder"):
        async with open_database(tmp_path / "state", None):
            pass
