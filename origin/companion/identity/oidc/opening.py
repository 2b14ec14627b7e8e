"""Opening what tokens need, for as long as a process serves."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import aiohttp

from origin.companion.access import Issuers
from origin.companion.database import Database
from origin.companion.identity.oidc.bearers import Bearers
from origin.companion.identity.oidc.issuer import Issuer

_WHOLE_S: Final = 5.0


@asynccontextmanager
async def open_bearers(
    settings: Issuers,
    database: Database,
    new_id: Callable[[], str],
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Bearers]:
    """Give the caller's block what tells who shows a token."""
    timeout = aiohttp.ClientTimeout(total=_WHOLE_S)
    async with aiohttp.ClientSession(
        timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
    ) as client:
        issuers = [Issuer(url, client, clock) for url in settings.urls]
        yield Bearers(settings, issuers, database, new_id)
