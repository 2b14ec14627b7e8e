"""Search, for as long as a process serves."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import structlog

from origin.companion.database import Database
from origin.companion.search.feeding import AGAIN_S, Feeder
from origin.companion.search.finding import Finding
from origin.companion.search.folders import Folders
from origin.companion.search.index import Reader
from origin.companion.search.patience import Patience
from origin.companion.search.schema import SCHEMA
from origin.companion.search.suggestions import Suggestions

FOLDER: Final = "search"
REFRESH_S: Final = 0.3

_log = structlog.get_logger("soundbridge.search")


@asynccontextmanager
async def open_search(
    database: Database, state: Path, patience: Patience | None = None
) -> AsyncIterator[Finding]:
    """Give the block what finds; the index is in a folder of ``state``, fed by one process."""
    folders = Folders(state / FOLDER, SCHEMA)
    reader, suggestions = Reader(folders), Suggestions(folders.suggestions)
    tasks = []
    try:
        await _look(reader, suggestions)
        tasks = [
            asyncio.create_task(_refresh(reader, suggestions)),
            asyncio.create_task(Feeder(database, folders).run()),
        ]
        yield Finding(database, reader, suggestions, patience)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.to_thread(reader.close)
        suggestions.close()


async def _refresh(reader: Reader, suggestions: Suggestions) -> None:
    while True:
        did_look = await _look(reader, suggestions)
        await asyncio.sleep(REFRESH_S if did_look else AGAIN_S)


async def _look(reader: Reader, suggestions: Suggestions) -> bool:
    """Look for what is new, and tell whether that could be done."""
    try:
        suggestions.refresh()
        await reader.refresh()
    except OSError as error:
        _log.warning("nobody can look for what is new to search", reason=str(error))
    except Exception:  # noqa: BLE001 search must not stand still for ever
        _log.exception("nobody can look for what is new to search")
    else:
        return True
    return False
