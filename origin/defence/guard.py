"""What the connections of one process share: who may have how many, and the sweep over all.

The sweep takes some hundred connections at a time, and lets others have their turn between.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from itertools import islice
from typing import TYPE_CHECKING, Final, Self, cast

import structlog

from origin.beside import beside
from origin.defence.client import Client, ClientLimits, Clients
from origin.defence.deadlines import Deadlines
from origin.defence.descriptors import connections_max
from origin.defence.forwarding import AddressField, TrustedProxies
from origin.defence.rules import Defence
from origin.delivery.errors import ApiError, Overloaded, TooManyRequests
from origin.delivery.fields import joined

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.web_protocol import RequestHandler

    from origin.defence.connection import GuardedConnection

SWEEP_EVERY_S: Final = 1.0
_AT_A_TIME: Final = 500
_TO_BEGIN_ANEW: Final = 2
"""A connection that is opened again counts, and so does the request on it."""

_log = structlog.get_logger("soundbridge.defence")


class Guard:
    """The limits of one process, and what is taken of them.

    ``connections_max`` is for all clients together, None for no limit. ``timed_out``, ``cut_off``
    and ``refused`` count connections since the start.
    """

    def __init__(
        self,
        limits: ClientLimits | None = None,
        proxies: TrustedProxies | None = None,
        deadlines: Deadlines | None = None,
        connections_max: int | None = None,
    ) -> None:
        self._limits = limits or ClientLimits()
        self._proxies = proxies or TrustedProxies()
        self.deadlines = deadlines or Deadlines()
        self._connections_max = connections_max
        self._clients = Clients(self._limits)
        self.connections = 0
        self.refused = self.timed_out = self.cut_off = 0

    @classmethod
    def of(cls, defence: Defence) -> Self:
        """Return what guards the connections of this process."""
        proxies = TrustedProxies(defence.trusted_proxies, defence.address_field)
        return cls(defence.limits, proxies, defence.deadlines, connections_max())

    def client_of_peer(self, peer: str, now_s: float) -> Client | None:
        """Return the client at the other end; None where that is a trusted proxy."""
        key = self._proxies.client_of_peer(peer)
        return None if key is None else self._clients.of(key, now_s)

    def client_behind(self, forwarded_for: str, now_s: float) -> Client | None:
        """Return the client that a trusted proxy speaks for; None where it speaks for itself."""
        key = self._proxies.client_behind(forwarded_for)
        return None if key is None else self._clients.of(key, now_s)

    def address_of(self, peer: str | None, forwarded_for: str | None) -> str | None:
        """Return the client's address: the peer's, or what it says where it is a trusted proxy."""
        return self._proxies.address_of(peer or "", forwarded_for) or None

    def client_of(self, request: "web.BaseRequest") -> str | None:
        """Return the address of a request's client."""
        return self.address_of(request.remote, self.forwarded_for(request))

    def forwarded_for(self, request: "web.BaseRequest") -> str | None:
        """Return what a request says in the field in which proxies name their clients."""
        return joined(request, self._proxies.field)

    @property
    def address_field(self) -> AddressField:
        """The field in which proxies name their clients."""
        return self._proxies.field

    def open_connection(self, client: Client | None, now_s: float) -> ApiError | None:
        """Count a connection, and return what stands against it, if anything.

        It counts as a request too: who opens and closes them in a storm has the same limit.
        """
        self.connections += 1
        refusal: ApiError | None = None
        if client is not None:
            client.connections += 1
            most = self._limits.connections
            if (most and client.connections > most) or not client.takes_request(now_s):
                refusal = TooManyRequests(client.retry_after_s(now_s, _TO_BEGIN_ANEW))
        if self._connections_max is not None and self.connections > self._connections_max:
            refusal = Overloaded()
        self.refused += refusal is not None
        return refusal

    def close_connection(self, client: Client | None) -> None:
        """Count one less."""
        self.connections -= 1
        if client is not None:
            client.connections -= 1


@asynccontextmanager
async def sweeping(server: "web.Server", *, every_s: float = SWEEP_EVERY_S) -> AsyncIterator[None]:
    """Look at all connections of a server, again and again, while the caller's block runs.

    They have to be GuardedConnections.
    """
    async with beside(_sweep(server, every_s), "sweep"):
        yield


async def _sweep(server: "web.Server", every_s: float) -> None:
    loop = asyncio.get_running_loop()
    while True:
        await asyncio.sleep(every_s)
        connections = iter(server.connections)
        while batch := list(islice(connections, _AT_A_TIME)):
            _check(batch, loop.time())
            await asyncio.sleep(0)


def _check(connections: "Iterable[RequestHandler]", now_s: float) -> None:
    """Check each; what goes wrong with one of them must not end the sweep."""
    for connection in connections:
        try:
            cast("GuardedConnection", connection).check(now_s)
        except Exception:  # noqa: BLE001 -- said above
            _log.exception("connection not checked")
