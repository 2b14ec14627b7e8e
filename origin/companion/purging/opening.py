"""Opening what sends, with the CDNs that a worker was given."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from cdn.purge.address import Address
from cdn.purge.opening import open_purgers
from origin.companion.purging.sending import Sender
from origin.settings import purge_credentials


@asynccontextmanager
async def open_sender(
    database: AsyncEngine, urls: Sequence[str], stop: asyncio.Event
) -> AsyncIterator[Sender]:
    """Give the caller's block what does jobs of purging; raises UnusablePurger.

    Once ``stop`` is set, it waits for no rate any more, and its job is released.
    """
    addresses = [Address.parse(url) for url in urls]
    async with open_purgers(addresses, purge_credentials()) as purgers:
        yield Sender(database, purgers, sleep=partial(_sleep, stop))


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    """Sleep; raises CancelledError, as its worker does to a job that takes too long, at the end."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
    raise asyncio.CancelledError
