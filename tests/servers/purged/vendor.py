"""What stand-ins for vendors have in common: they remember requests, and can be out of order."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer

TOKEN = "s3cret-token"  # noqa: S105 of nobody


@dataclass(frozen=True)
class Request:
    """What was dropped by one request that was as the vendor documents it."""

    by: str
    values: tuple[str, ...]
    soft: bool = False


@dataclass
class Vendor:
    """``wrong`` has whatever was asked that the vendor would not take: nothing, at the end."""

    clock: Callable[[], float] = time.monotonic
    requests: list[Request] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    throttled: int = 0
    is_down: bool = False
    down_by: int = 503
    down_for_s: int | None = None
    loses_answers: bool = False
    refuses: frozenset[str] = frozenset()
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    waiting: int = 0
    url: str = ""

    def __post_init__(self) -> None:
        self.gate.set()

    def refused(self, why: str, status: int = 400) -> web.Response:
        self.wrong.append(why)
        return web.json_response({"msg": why, "success": False, "errors": [why]}, status=status)

    def take(self) -> list[Request]:
        """Return what was dropped since the last time."""
        taken, self.requests = self.requests, []
        return taken

    def values(self) -> list[str]:
        """Return all that was dropped since the last time, sorted."""
        return sorted(value for request in self.take() for value in request.values)

    @property
    def purger(self) -> str:
        raise NotImplementedError

    def routes(self) -> list[web.RouteDef]:
        raise NotImplementedError

    @web.middleware
    async def _out_of_order(
        self, request: web.Request, handler: Callable[..., object]
    ) -> web.StreamResponse:
        self.waiting += 1
        await self.gate.wait()
        self.waiting -= 1
        if self.is_down:
            says = {} if self.down_for_s is None else {"Retry-After": str(self.down_for_s)}
            return web.Response(status=self.down_by, text="down", headers=says)
        try:
            answer: web.StreamResponse = await handler(request)  # type: ignore[misc]
        except web.HTTPException as error:
            return self.refused(f"{request.method} {request.path}: {error.status}", error.status)
        if self.loses_answers and request.method == "POST":
            return web.Response(status=504)
        if isinstance(answer, web.Response) and answer.content_type == "application/json":
            answer.enable_compression()  # for who accepts it
        return answer

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        app = web.Application(middlewares=[self._out_of_order])
        app.add_routes(self.routes())
        async with TestServer(app) as server:
            self.url = str(server.make_url("/")).rstrip("/")
            try:
                yield self
            finally:
                self.gate.set()
