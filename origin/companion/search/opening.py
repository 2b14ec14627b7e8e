"""Search, for as long as a process serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from origin.companion.database import Database
from origin.companion.search.feeding import Feeder
from origin.companion.search.finding import Finding
from origin.companion.search.folders import Folders
from origin.companion.search.index import Reader
from origin.companion.search.schema import SCHEMA
from origin.companion.search.suggestions import Suggestions

FOLDER: Final = "search"
REFRESH_S: Final = 0.3


@asynccontextmanager
async def open_search(database: Database, state: Path) -> AsyncIterator[Finding]:
    """Give the block what finds; the index is in a folder of ``state``, fed by one process."""
    folders = Folders(state / FOLDER, SCHEMA)
    reader, suggestions = Reader(folders), Suggestions(folders.suggestions)
    tasks = []
    try:
        await reader.refresh()
        tasks = [
            asyncio.create_task(_refresh(reader, suggestions)),
            asyncio.create_task(Feeder(database, folders).run()),
        ]
        yield Finding(database, reader, suggestions)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(reader.close)
        suggestions.close()


async def _refresh(reader: Reader, suggestions: Suggestions) -> None:
    while True:
        suggestions.refresh()
        await reader.refresh()
        await asyncio.sleep(REFRESH_S)
