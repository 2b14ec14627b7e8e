"""Opening what sends, with the CDNs that a worker was given."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from cdn.purge.address import Address
from cdn.purge.opening import open_purgers
from origin.companion.purging.sending import Sender
from origin.settings import purge_credentials


@asynccontextmanager
async def open_sender(database: AsyncEngine, urls: Sequence[str]) -> AsyncIterator[Sender]:
    """Give the caller's block what does jobs of purging; raises UnusablePurger."""
    addresses = [Address.parse(url) for url in urls]
    async with open_purgers(addresses, purge_credentials()) as purgers:
        yield Sender(database, purgers)
