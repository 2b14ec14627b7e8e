"""A SQLite file with the schema and nothing in it: made once, and copied for each who wants one."""

import asyncio
import shutil
from pathlib import Path

from origin.database.engine import open_database
from origin.database.sqlite import FILE_NAME


def make_empty(folder: Path) -> Path:
    """Make the file in a folder."""

    async def migrate() -> None:
        async with open_database(folder, None):
            pass

    asyncio.run(migrate())
    return folder / FILE_NAME


def copy_empty(file: Path, state: Path) -> None:
    """Let a state folder begin with a copy of it; migrations find nothing to do there."""
    state.mkdir(exist_ok=True)
    shutil.copyfile(file, state / FILE_NAME)
