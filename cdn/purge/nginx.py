"""nginx without modules, as ``soundbridge edge nginx`` configures it: purging is fetching anew.

At a listener of its own, ``HEAD {path}`` goes past the cache, and what comes takes the place of the
copy: that nothing is there, too. A copy is kept for each coding, so what may be compressed is asked
for in each. ``X-Purge-Secret`` is there where there is a secret.
"""

import asyncio
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs

from cdn.errors import PurgerClosed, PurgeRefused
from cdn.policy.coding import AT_EDGES, PLAIN, Coding
from cdn.policy.route import route_of
from cdn.purge.asking import failure_of
from cdn.purge.batch import Batch
from cdn.purge.limits import NGINX, Limits
from cdn.purge.own import OwnEdge
from cdn.purge.target import TAG_OF_NOTHING, By, path_of

_AT_ONCE: Final = 8
_REPLACED: Final = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


class Nginx(OwnEdge):
    """One nginx, by its listener for this."""

    __slots__ = ()

    @property
    def limits(self) -> Limits:
        """What it takes."""
        return NGINX

    async def send(self, batch: Batch) -> None:
        """Have a batch fetched anew; raises PurgeFailed, after which some of it may be done."""
        if batch.by is not By.PATH:
            raise PurgeRefused(f"nginx drops nothing by {batch.by}: use paths.")
        places = asyncio.Semaphore(_AT_ONCE)

        async def one(path: str, coding: str) -> None:
            async with places:
                await self._renew(path, coding)

        paths = [path_of(value) for value in batch.values]
        done = await asyncio.gather(
            *(one(path, coding) for path in paths for coding in codings_of(path)),
            return_exceptions=True,
        )
        for error in done:
            if error is not None:
                raise error

    async def look(self) -> str:
        """Have what is not there fetched anew: an origin has to be well, too, and it says so.

        The listener for this says 410 then, and the one of listeners 404.
        """
        status = await self._renew(f"/{TAG_OF_NOTHING}.json", "identity")
        if status != HTTPStatus.GONE:
            raise PurgerClosed(
                f"{self.place} answered {status}, as no listener for purging does: name the"
                " --purge-port of `soundbridge edge nginx`."
            )
        return "it lets us purge"

    async def _renew(self, path: str, coding: str) -> int:
        answer = await self.ask("HEAD", path, {hdrs.ACCEPT_ENCODING: coding})
        failure = failure_of(self.place, answer)
        if failure is not None and answer.status not in _REPLACED:
            raise failure
        return answer.status


def codings_of(path: str) -> tuple[Coding, ...]:
    """Return the codings in which edges keep a path."""
    return AT_EDGES if route_of(path.partition("?")[0]).is_coded else PLAIN
