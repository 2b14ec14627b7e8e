"""What a load balancer asks: is the process alive, and can it do its work."""

from typing import Final

from aiohttp import hdrs, web

from cdn.policy import ObjectClass, policy_for
from origin.delivery.draining import Draining
from origin.delivery.errors import ShuttingDown
from origin.delivery.reading import Reader
from origin.telemetry.requests import OBJECT_CLASS

STORE_TIMEOUT_S: Final = 2.0


class Probes:
    """``/healthz`` answers as long as the process does; ``/readyz`` as long as its store does.

    A server that is about to stop is not ready, but as healthy as ever.
    """

    def __init__(self, reader: Reader, draining: Draining) -> None:
        self._reader = reader
        self._draining = draining

    def add_routes(self, app: web.Application) -> None:
        """Register both."""
        app.add_routes([web.get("/healthz", self.alive), web.get("/readyz", self.ready)])

    async def alive(self, _request: web.Request) -> web.Response:
        """Answer that the process is alive."""
        return _ok()

    async def ready(self, _request: web.Request) -> web.Response:
        """Answer that the store can be read; StoreUnavailable where it cannot, or ShuttingDown."""
        if self._draining.turns_away:
            raise ShuttingDown("This server is about to stop; another one will answer.")
        await self._reader.check()
        return _ok()


def _ok() -> web.Response:
    headers = {hdrs.CONTENT_TYPE: "text/plain; charset=utf-8"}
    response = web.Response(body=b"ok\n", headers=headers | policy_for(ObjectClass.PROBE).headers)
    response[OBJECT_CLASS] = ObjectClass.PROBE
    return response
