"""What a load balancer asks: is the process alive, and can it do its work.

Everybody can ask that. So of several stores, one that does not answer is told by its place on the
command line, and by nothing else of it.
"""

import asyncio
from collections.abc import Sequence
from math import inf
from typing import Final, Protocol

from aiohttp import hdrs, web

from cdn.policy.cache_control import policy_for
from cdn.policy.object_class import ObjectClass
from origin.cache.record import context_apart
from origin.delivery.draining import Draining
from origin.delivery.errors import DatabaseUnavailable, ShuttingDown, StoreUnavailable
from origin.telemetry.requests import OBJECT_CLASS

STORE_TIMEOUT_S: Final = 2.0

Failure = StoreUnavailable | DatabaseUnavailable

KEPT_S: Final = 1.0
"""How long what a store or a database said counts, so that those who ask often ask for all."""


class Probed(Protocol):
    """A store or a database that can be asked whether it answers."""

    async def check(self) -> None:
        """Return if it answers at all; StoreUnavailable or DatabaseUnavailable where not."""


class Probes:
    """``/healthz`` answers as long as the process does; ``/readyz`` as long as it can do its work.

    That takes a store, and, where the API alone is served and nothing is delivered, its database.

    A server that is about to stop is not ready, but as healthy as ever. One store of several that
    is down takes no server away from the tracks in the others: all servers would go.
    """

    def __init__(
        self, stores: Sequence[Probed], draining: Draining, database: Probed | None = None
    ) -> None:
        self._stores = [_Asked(store) for store in stores]
        self._database = None if database is None else _Asked(database)
        self._draining = draining

    def add_routes(self, app: web.Application) -> None:
        """Register both."""
        app.add_routes([web.get("/healthz", self.alive), web.get("/readyz", self.ready)])
        app.on_cleanup.append(self._end)

    async def _end(self, _app: web.Application) -> None:
        asked = [*self._stores] if self._database is None else [*self._stores, self._database]
        await asyncio.gather(*(each.end() for each in asked))

    async def alive(self, _request: web.Request) -> web.Response:
        """Answer that the process is alive."""
        return _ok()

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer that a store can be read, and the database, if it counts, asked.

        Raises StoreUnavailable where no store can, DatabaseUnavailable or ShuttingDown.
        """
        if self._draining.turns_away:
            raise ShuttingDown("This server is about to stop; another one will answer.")
        *failures, of_database = await asyncio.gather(
            *(store.failure() for store in self._stores), self._failure_of_database()
        )
        if of_database is not None:
            raise of_database
        silent = [number for number, failure in enumerate(failures, 1) if failure is not None]
        if len(silent) == len(failures) and failures[0] is not None:
            raise failures[0]
        return _ok(*(f"store {number} of {len(failures)} does not answer" for number in silent))

    async def _failure_of_database(self) -> Failure | None:
        return None if self._database is None else await self._database.failure()


class _Asked:
    """A store, or a database, that is asked once for all who want to know at a time."""

    def __init__(self, probed: Probed) -> None:
        self._probed = probed
        self._asking: asyncio.Task[Failure | None] | None = None
        self._until_s = -inf

    async def failure(self) -> Failure | None:
        """Return why it cannot be asked, None where it can."""
        loop = asyncio.get_running_loop()
        if self._asking is None or (self._asking.done() and loop.time() >= self._until_s):
            self._asking = asyncio.create_task(self._ask(), context=context_apart())
        return await asyncio.shield(self._asking)

    async def end(self) -> None:
        """Wait for what is being asked."""
        if self._asking is not None:
            await asyncio.wait({self._asking})

    async def _ask(self) -> Failure | None:
        try:
            await self._probed.check()
        except (StoreUnavailable, DatabaseUnavailable) as error:
            return error
        finally:
            self._until_s = asyncio.get_running_loop().time() + KEPT_S
        return None


def _ok(*but: str) -> web.Response:
    headers = {hdrs.CONTENT_TYPE: "text/plain; charset=utf-8"}
    body = "".join(f"{line}\n" for line in ("ok", *but)).encode()
    response = web.Response(body=body, headers=headers | policy_for(ObjectClass.PROBE).headers)
    response[OBJECT_CLASS] = ObjectClass.PROBE
    return response
