"""An origin in a thread, with limits that a test chooses, as it is in a process of its own.

The sweep is quick, so that a test need not wait; what is sent to a client waits in the origin soon,
because the kernel is told to hold little of it.
"""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

import uvloop
from aiohttp import web

from origin.defence.guard import Guard, sweeping
from origin.delivery.hot import HotConnection, HotPath
from origin.delivery.reuse import HotAnswers

TIMEOUT_S: Final = 30.0
SWEEP_EVERY_S: Final = 0.05
_KERNEL_HOLDS_BYTES: Final = 16_384


@dataclass
class GuardedOrigin:
    """One that runs: its port, its guard, and its loop."""

    port: int
    guard: Guard
    loop: asyncio.AbstractEventLoop

    def connect(self, source: str = "127.0.0.1", *, receive_bytes: int = 0) -> socket.socket:
        """Open a connection from an address of the loopback network."""
        client = socket.socket()
        client.settimeout(TIMEOUT_S)
        if receive_bytes:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        client.bind((source, 0))
        client.connect(("127.0.0.1", self.port))
        return client

    def call(self, function: Callable[[], Any]) -> Any:
        """Return what a function says in the origin's thread."""

        async def called() -> Any:
            return function()

        return asyncio.run_coroutine_threadsafe(called(), self.loop).result(TIMEOUT_S)


@contextmanager
def guarded(app: web.Application, guard: Guard) -> Iterator[GuardedOrigin]:
    """Serve an application while the caller's block runs."""
    started: list[GuardedOrigin] = []
    is_up, is_over = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(app, guard) as port:
            started.append(GuardedOrigin(port, guard, asyncio.get_running_loop()))
            is_up.set()
            await asyncio.to_thread(is_over.wait)

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(serve())

    thread = threading.Thread(target=run, name="guarded")
    thread.start()
    try:
        assert is_up.wait(TIMEOUT_S)
        yield started[0]
    finally:
        is_over.set()
        thread.join(TIMEOUT_S)


@asynccontextmanager
async def serving(app: web.Application, guard: Guard) -> AsyncIterator[int]:
    """Serve an application in the caller's own loop; its port is given."""
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    loop, server = asyncio.get_running_loop(), cast("web.Server", runner.server)
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _KERNEL_HOLDS_BYTES)
    connect = partial(
        HotConnection,
        server,
        guard=guard,
        hot=HotPath(HotAnswers(), address_field=guard.address_field),
        loop=loop,
        access_log=None,
    )
    listening = await loop.create_server(connect, sock=listener, backlog=4096)
    try:
        async with sweeping(server, every_s=SWEEP_EVERY_S):
            yield listener.getsockname()[1]
    finally:
        listening.close()
        await runner.cleanup()
