"""A receiver of webhooks, and a worker that sends them."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from standardwebhooks import Webhook

from origin.companion.identity.new_ids import new_random_id
from origin.companion.outward.client import public_client
from origin.companion.webhooks.delivering import Deliverer
from origin.companion.webhooks.dispatching import Dispatch
from origin.companion.webhooks.queueing import KIND
from packager.queue import lease
from packager.queue.claim import claim
from packager.queue.worker import Run
from tests.functional.api.packaging import LEASE_S, Packaging

LOOPBACK = ip_network("127.0.0.0/8")


@dataclass
class Receiver:
    """What came, and how it is answered: with the statuses in turn, then with 204, with fields."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    came: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Answer one message."""
        self.came.append((dict(request.headers), await request.read()))
        status = self.statuses.pop(0) if self.statuses else 204
        headers = self.fields | ({"Location": self.url} if 300 <= status < 400 else {})
        answer = web.Response(status=status, headers=headers, text=None if status == 204 else "So.")
        if status != 204:
            answer.enable_compression()  # for who accepts it
        return answer

    def verified(self, *secrets: str) -> Iterator[dict[str, Any]]:
        """Return what came, having held it against each secret with the standard's library."""
        for headers, body in self.came:
            for secret in secrets:
                Webhook(secret).verify(body, dict(headers))
            yield Webhook(secrets[0]).verify(body, dict(headers))


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """Receive for as long as the caller's block runs."""
    receiver, app = Receiver(), web.Application()
    app.router.add_post("/hook", receiver.take)
    async with TestServer(app) as server:
        receiver.url = str(server.make_url("/hook"))
        yield receiver


class Sending:
    """Dispatches and sends, an attempt at a time, by the clock of ``packaging``."""

    def __init__(self, packaging: Packaging, *allowed: Any) -> None:
        self._packaging = packaging
        self._allowed = allowed
        self.dispatch = self.dispatcher("one")

    def dispatcher(self, holder: str) -> Dispatch:
        """Return a process's dispatch."""
        database, packaging = self._packaging.service.database, self._packaging
        return Dispatch(database, holder, new_random_id, clock=lambda: packaging.now_s)

    async def send(self) -> int:
        """Send what is due, and return how many attempts that took."""
        assert await self.dispatch.duty.is_ours()
        while await self.dispatch.dispatch():
            pass
        attempts = 0
        async with public_client(self._allowed, total_s=2.0, connect_s=1.0) as client:
            deliverer = Deliverer(
                self._packaging.service.database,
                client,
                new_random_id,
                clock=lambda: self._packaging.now_s,
                chance=lambda: 0.0,
            )
            while await self._attempt(deliverer):
                attempts += 1
        return attempts

    async def _attempt(self, deliverer: Deliverer) -> bool:
        database, now_s = self._packaging.service.database, self._packaging.now_s
        async with database.change() as connection:
            held = await claim(connection, [KIND], worker="w", now_s=now_s, lease_s=LEASE_S)
        if held is None:
            return False
        done = await deliverer(Run(held))
        async with database.change() as connection:
            await lease.succeed(connection, held, now_s=now_s)
            await done.record(connection)
        return True
