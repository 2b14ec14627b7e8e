"""What is left of deleted rows in the files of a SQLite database, and taking it out of them.

What is deleted is overwritten (``secure_delete=ON``, which is not everybody's default), at first in
the write-ahead log alone: the file has it until a checkpoint, and the log has earlier states of the
same pages until it is begun anew. SQLite comes to both after 1,000 pages, which may be days later
where little is written. ``FAST`` overwrites nothing on pages that become free as a whole, which are
most of what a day leaves; ``ON`` costs 2 % of log where a whole day goes, else nothing.

A page that was split may still have copies of rows that moved to another one. ``VACUUM`` alone
takes those away; without its salt such a copy tells nothing of a listener.
"""

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine

WAIT_S: Final = 0.5
"""For those who read what was there before, while nobody may write."""
_LOOK_AGAIN_S: Final = 0.01
_ANOTHER: Final = -1
"""What SQLite says is in the log where another does the same now: it waits for none of those."""


async def copy_log(engine: AsyncEngine) -> bool:
    """Copy what the log of a SQLite database has to its file, as far as nobody reads it.

    Nobody waits for that. False where something is left; raises sqlite3.Error.
    """
    return await asyncio.to_thread(_checkpoint, engine, "PASSIVE")


async def empty_log(engine: AsyncEngine) -> bool:
    """Copy all of the log of a SQLite database to its file, and cut the log off.

    Whoever writes waits for it, ``WAIT_S`` at most and as long as the disk takes; those who read do
    not. False where somebody reads, or writes, for longer; raises sqlite3.Error.
    """
    return await asyncio.to_thread(_checkpoint, engine, "TRUNCATE")


def _checkpoint(engine: AsyncEngine, how: str) -> bool:
    """Do it by a connection of its own: those of the engine wait for longer."""
    path = Path(engine.url.database or "").absolute()
    there = f"{path.as_uri()}?mode=rw"
    with closing(sqlite3.connect(there, uri=True, timeout=WAIT_S)) as connection:
        until_s = time.monotonic() + WAIT_S
        while True:
            asked = connection.execute(f"PRAGMA wal_checkpoint({how})")
            is_busy, logged, copied = asked.fetchone()
            if not is_busy or logged != _ANOTHER or time.monotonic() > until_s:
                return not is_busy and logged == copied
            time.sleep(_LOOK_AGAIN_S)
