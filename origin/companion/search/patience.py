"""How long one search may take."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from origin.companion.search.errors import SearchBusy


@dataclass(frozen=True, slots=True)
class Patience:
    """In seconds: what one search may take in the index, and with its rows."""

    index_s: float = 2.0
    whole_s: float = 3.0


@asynccontextmanager
async def in_time(limit_s: float) -> AsyncIterator[None]:
    """Give the block that long; raises SearchBusy where that is not enough."""
    try:
        async with asyncio.timeout(limit_s):
            yield
    except TimeoutError as error:
        raise SearchBusy from error
