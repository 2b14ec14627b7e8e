"""Whether Redis has been told how much it may hold, and what to part with then.

Nothing else bounds what is put there: as it comes, a server takes all the memory that there is, and
one that is full and parts with nothing takes no more segments.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import structlog

from origin.cache.errors import Refused, Unanswered

if TYPE_CHECKING:
    from origin.cache.connection import Connection

AGAIN_S: Final = 10.0
"""When one that did not answer is asked again."""
_UNBOUNDED: Final = (
    "The cache has no bound, and may take all memory of its machine: give it"
    " `maxmemory 1gb` (as much as is listened to at a time) and `maxmemory-policy allkeys-lfu`."
)
_FULL_FOR_EVER: Final = (
    "The cache parts with nothing, and takes no more once it is full: give it"
    " `maxmemory-policy allkeys-lfu`."
)
_log = structlog.get_logger("soundbridge.cache")


def advice(memory: Mapping[str, object]) -> str | None:
    """Return what to do about a server, by its ``INFO memory``; None for nothing. Pure."""
    if memory.get("maxmemory") == 0:
        return _UNBOUNDED
    return _FULL_FOR_EVER if memory.get("maxmemory_policy") == "noeviction" else None


async def look_once_there(connection: "Connection") -> None:
    """``look`` at a server once, when it answers."""
    while not await look(connection):  # noqa: ASYNC110 nothing tells of it
        await asyncio.sleep(AGAIN_S)


async def look(connection: "Connection") -> bool:
    """Log what is to be done about a server, if it says so much of itself; tell if it answered."""
    try:
        memory = await connection.ask(lambda: connection.client.info("memory"))
    except Unanswered:  # others will say that
        return False
    except Refused:  # some do not tell
        return True
    found = advice(memory)
    if found is not None:
        _log.warning("cache set up badly", advice=found)
    return True
