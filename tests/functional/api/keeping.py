"""Processes of the API that keep answers, over one database, with Valkey or without."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from aiohttp.test_utils import TestClient, TestServer

from origin.app import create_app
from origin.cache.running import telling
from origin.companion.caching.answers import Answers
from origin.companion.caching.opening import open_answers
from origin.companion.composition import Companion
from origin.companion.media import Media
from tests.functional.api.service import Service, User

BOUND_S: Final = 1.0
"""How old what another process gives may be."""
HIT, READ = "soundbridge; hit", "soundbridge; fwd=uri-miss"
NOT_SHARED: Final = "soundbridge-shared; fwd=uri-miss, soundbridge; fwd=uri-miss"
SHARED: Final = "soundbridge-shared; hit, soundbridge; fwd=uri-miss"
STALE: Final = "soundbridge; hit; detail=stale-while-revalidate"
BYPASS: Final = "soundbridge; fwd=bypass"


class Process(Service):
    """One that keeps answers."""

    async def said(self, path: str, by: User | None = None) -> tuple[int, Any, str]:
        """Return the status of a GET, its JSON, and where it came from."""
        response = await self.ask("GET", path, by)
        return response.status, await response.json(), response.headers["Cache-Status"]

    async def status(self, path: str, by: User | None = None) -> str:
        """Return where an answer came from."""
        return (await self.said(path, by))[2]

    async def hears(self) -> None:
        """Give it as long as what another process says may be old.

        On a busy machine that is longer: until it has looked since, as it does by itself.
        """
        await asyncio.sleep(BOUND_S)
        async with asyncio.timeout(20):
            while not self.answers.is_current:  # noqa: ASYNC110 it is told to nobody
                await asyncio.sleep(0.01)

    async def until_kept(self, path: str) -> None:
        """Ask until the answer is one that was kept: what is heard of meanwhile, ends it."""
        async with asyncio.timeout(20):
            while await self.status(path) != HIT:  # noqa: ASYNC110 it is told to nobody
                await asyncio.sleep(0.01)

    @property
    def answers(self) -> Answers:
        """What it keeps."""
        assert self.companion.answers is not None
        return self.companion.answers

    async def until(self, path: str, holds: Callable[[int, Any], bool]) -> float:
        """Ask until it is answered like that; return how long that took, in seconds."""
        loop = asyncio.get_running_loop()
        begun_s = loop.time()
        async with asyncio.timeout(20):
            while True:
                status, content, _ = await self.said(path)
                if holds(status, content):
                    return loop.time() - begun_s
                await asyncio.sleep(0.01)


@asynccontextmanager
async def process(service: Service, cache: str | None = None) -> AsyncIterator[Process]:
    """Run a process that keeps answers over a service's database."""
    async with telling(cache) as tell, open_answers(service.database, cache, tell) as answers:
        companion = Companion(service.database, Media(service.store), answers=answers)
        app = create_app(service.store, companion=companion)
        async with TestClient(TestServer(app)) as client:
            made = replace(service, client=client, companion=companion)
            yield Process(**{name: getattr(made, name) for name in made.__dataclass_fields__})
