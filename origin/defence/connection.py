"""One connection and numbers: what its client may have, before aiohttp deals with it."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from origin.defence.refusals import rendered
from origin.defence.timed import TimedConnection
from origin.delivery.errors import TooManyRequests

if TYPE_CHECKING:
    from origin.defence.client import Client
    from origin.defence.guard import Guard


class GuardedConnection(TimedConnection):
    """A connection of a client with limits, or of a proxy without."""

    __slots__ = ("_client", "_is_held")

    def __init__(self, manager: web.Server, *, guard: "Guard", **options: Any) -> None:
        super().__init__(manager, guard=guard, **options)
        self._client: Client | None = None
        self._is_held = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, or say why not and close, at the least cost."""
        now_s = self._loop.time()
        peer = transport.get_extra_info("peername")
        self._client = self._guard.client_of_peer(peer[0] if peer else "", now_s)
        refused = self._guard.open_connection(self._client, now_s)
        if refused is None:
            super().connection_made(transport)
        else:
            self._force_close = True
            wire = cast("asyncio.Transport", transport)
            wire.write(rendered(refused))
            wire.close()

    def connection_lost(self, exc: BaseException | None) -> None:
        """Count one less."""
        self._guard.close_connection(self._client)
        super().connection_lost(exc)

    def takes_request(self, forwarded_for: str | None, now_s: float) -> bool:
        """Count a request that came whole; False where its client asks too often."""
        self.begin_answer()
        client = self._client
        if client is None and forwarded_for is not None:
            client = self._guard.client_behind(forwarded_for, now_s)
        return client is None or client.takes_request(now_s)

    def require_admission(self, request: web.BaseRequest) -> None:
        """Count a request on its way to a handler; TooManyRequests where it is one too many.

        The connection of a client that asks too often is not read for the rest of the second, so
        that refusals, too, have a bounded cost; that of a proxy is, for the sake of the others.
        """
        forwarded_for, now_s = self._guard.forwarded_for(request), self._loop.time()
        if self.takes_request(forwarded_for, now_s):
            return
        client = self._client
        if client is None:
            client = self._guard.client_behind(forwarded_for or "", now_s)
        elif not self._is_held:
            self._is_held = True
            self._pause_transport_reading()
        raise TooManyRequests(client.retry_after_s(now_s) if client is not None else 1)

    def check(self, now_s: float) -> None:
        """End what takes too long, and hear the client again that had to wait."""
        super().check(now_s)
        if self._is_held:
            self._is_held = False
            if not self._reading_paused and not self._buffer_paused:
                self._resume_transport_reading()
