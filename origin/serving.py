"""Running the origin: workers under a supervisor that share a port, or this one process alone.

``run_server`` and ``serve_here`` block until SIGTERM or SIGINT, then drain. The first starts
workers (``supervision`` says how they are kept) and serves nothing itself; the second serves in the
calling process, for ``soundbridge play``.
"""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast

import uvloop
from aiohttp import web

from origin.app import create_app
from origin.delivery import logs
from origin.delivery.draining import Draining
from origin.delivery.hot import HotConnection, HotPath
from origin.delivery.reuse import HotAnswers
from origin.draining import Accepting, DrainTimes, drain
from origin.store import StoreUnusable, open_store
from origin.supervision.listeners import AddressUnusable, base_url, listen
from origin.supervision.orders import Orders, from_signals, from_supervisor, ignore_terminal
from origin.supervision.supervisor import NoWorkers, Supervisor
from origin.web.page import PageMissing

KEEPALIVE_TIMEOUT_S: Final = 75.0
LINE_BYTES_MAX: Final = 8190

OnReady = Callable[[str], None]


class ServerFailed(Exception):
    """The server could not start or did not stay up; the message says why."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a process that serves is to do: all that a worker is given, beside its sockets."""

    store: str
    drain: DrainTimes = field(default_factory=DrainTimes)


def run_server(
    service: Service, *, host: str, port: int, workers: int, on_ready: OnReady = lambda _: None
) -> None:
    """Serve with workers until SIGTERM or SIGINT; call this in the main thread.

    SIGHUP replaces the workers. ``port`` 0 takes a free one; ``on_ready`` is given the base URL,
    without a slash at its end, as soon as connections are accepted. Raises StoreUnusable where
    there is no store, ServerFailed where the address cannot be had or no worker comes up.
    """
    logs.configure()
    open_store(service.store)
    with ExitStack() as opened:
        listeners = _listen(host, port, workers, opened)
        url = base_url(host, listeners[0])
        supervisor = Supervisor(
            _work,
            (service, listeners),
            slots=workers,
            ends_within_s=service.drain.total_s,
            stopping=opened.close,  # workers have theirs until they have turned clients away
        )
        try:
            asyncio.run(supervisor.run(lambda: on_ready(url)))
        except NoWorkers as error:
            raise ServerFailed(str(error)) from error


def serve_here(
    service: Service, *, host: str, port: int, on_ready: OnReady = lambda _: None
) -> None:
    """Serve in this process until SIGTERM or SIGINT; else as ``run_server``."""
    logs.configure()
    open_store(service.store)
    with ExitStack() as opened:
        listeners = _listen(host, port, 1, opened)
        url = base_url(host, listeners[0])
        _run(_alone(service, listeners, lambda: on_ready(url)))


def _listen(host: str, port: int, slots: int, opened: ExitStack) -> list[socket.socket]:
    try:
        return [opened.enter_context(listener) for listener in listen(host, port, slots=slots)]
    except AddressUnusable as error:
        raise ServerFailed(str(error)) from error


def _work(
    service: Service, listeners: Sequence[socket.socket], slot: int, end: socket.socket
) -> None:
    """Be one worker: the process's own function."""
    ignore_terminal()
    logs.configure()
    _run(_supervised(service, listeners, slot, end))


def _run(serving: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


async def _alone(
    service: Service, listeners: Sequence[socket.socket], on_ready: Callable[[], None]
) -> None:
    with from_signals(on_ready) as orders:
        await _serve(service, listeners, 0, orders)


async def _supervised(
    service: Service, listeners: Sequence[socket.socket], slot: int, end: socket.socket
) -> None:
    async with from_supervisor(end) as orders:
        try:
            await _serve(service, listeners, slot, orders)
        except (ServerFailed, StoreUnusable) as error:
            orders.say_failed(str(error))


async def _serve(
    service: Service, listeners: Sequence[socket.socket], slot: int, orders: Orders
) -> None:
    """Serve until told to end, and drain."""
    draining = Draining()
    hot = HotPath(HotAnswers(lambda _: None))
    runner = web.AppRunner(_application(service, draining))
    try:
        await runner.setup()
        server = cast("web.Server", runner.server)  # there, once it is set up
        connect = partial(
            HotConnection,
            server,
            hot=hot,
            loop=asyncio.get_running_loop(),
            access_log_class=logs.AccessLogger,
            logger=logs.connection_logger(),
            keepalive_timeout=KEEPALIVE_TIMEOUT_S,
            max_line_size=LINE_BYTES_MAX,
            max_field_size=LINE_BYTES_MAX,
        )
        accepting = Accepting(connect, listeners)
        await accepting.accept({slot})
        orders.accept = accepting.accept
        orders.say_ready()
        await orders.ending()
        hot.close()
        await drain(server, accepting, draining, orders, service.drain)
    finally:
        await runner.cleanup()


def _application(service: Service, draining: Draining) -> web.Application:
    try:
        return create_app(open_store(service.store), draining=draining)
    except PageMissing as error:
        raise ServerFailed(str(error)) from error
