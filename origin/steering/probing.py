"""Probes of pathways: whether the origin's ``/healthz`` is to be had through each.

Each process looks for itself, so that what it tells players needs nobody else: a question to each
pathway every two seconds, over a connection of its own, since one that stays open tells nothing of
who would have to connect.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from http import HTTPStatus
from typing import Final

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, hdrs

from cdn.steering.health import Health
from cdn.steering.pathway import Pathway
from origin.beside import kept_beside

EVERY_S: Final = 2.0
DOUBTED_EVERY_S: Final = 0.5
"""Sooner, where one has just failed: players wait. Who comes back may take his time."""
TIMEOUT_S: Final = 2.0
_PROBE: Final = "healthz"
_HEADERS: Final = {hdrs.USER_AGENT: "soundbridge", hdrs.ACCEPT_ENCODING: "identity"}
"""A CDN may compress what may be, and keeps out what names itself as a library does."""
_BYTES_MAX: Final = 1024
_OK: Final = b"ok\n"

_log = structlog.get_logger("soundbridge.steering")


class Probing:
    """What is known of pathways, from within ``running``."""

    def __init__(self, pathways: Sequence[Pathway]) -> None:
        self._pathways = pathways
        self.health = {pathway.name: Health() for pathway in pathways}

    @property
    def silent(self) -> frozenset[str]:
        """The names of those that do not answer."""
        return frozenset(name for name, health in self.health.items() if health.is_silent)

    @property
    def doubted(self) -> frozenset[str]:
        """The names of those that may soon be known to be otherwise."""
        return frozenset(name for name, health in self.health.items() if health.is_doubted)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Probe all of them while the caller's block runs."""
        async with AsyncExitStack() as opened:
            session = await opened.enter_async_context(
                ClientSession(
                    connector=TCPConnector(force_close=True, limit=len(self._pathways)),
                    timeout=ClientTimeout(total=TIMEOUT_S),
                    cookie_jar=DummyCookieJar(),
                    headers=_HEADERS,
                    auto_decompress=False,  # so that little is little
                )
            )
            for pathway in self._pathways:
                watching = partial(self._watch, session, pathway)
                name = f"probes of the pathway {pathway.name}"
                await opened.enter_async_context(kept_beside(watching, name))
            yield

    async def _watch(self, session: ClientSession, pathway: Pathway) -> None:
        health = self.health[pathway.name]
        while True:
            failure = await _failure(session, pathway)
            if health.note(answered=failure is None):
                _tell(pathway, failure)
            is_failing = health.is_doubted and not health.is_silent
            await asyncio.sleep(DOUBTED_EVERY_S if is_failing else EVERY_S)


async def _failure(session: ClientSession, pathway: Pathway) -> str | None:
    """Return why a pathway does not answer, None where it does."""
    try:
        async with session.get(f"{pathway.url}{_PROBE}", allow_redirects=False) as response:
            if response.status != HTTPStatus.OK:
                return f"it answers with {response.status}"
            said = await response.content.read(_BYTES_MAX)
    except (ClientError, OSError, TimeoutError, ValueError) as error:  # ValueError: no host name
        return f"{type(error).__name__}: {error}".rstrip(": ")
    return None if said == _OK else "it answers with something else"


def _tell(pathway: Pathway, failure: str | None) -> None:
    if failure is None:
        _log.info("a pathway is back", pathway=pathway.name)
    else:
        _log.warning("a pathway is silent", pathway=pathway.name, cause=failure)
