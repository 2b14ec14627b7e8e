"""Running the origin: workers under a supervisor that share a port, or this one process alone.

``run_server`` and ``serve_here`` block until SIGTERM or SIGINT, then drain. The first starts
workers (``supervision`` says how they are kept) and serves nothing itself; the second serves in the
calling process, for ``soundbridge play``.
"""

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast

import structlog
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
from origin.telemetry.exposition import MetricsUnservable, SupervisorCounts, exposed
from origin.telemetry.process import Telemetry, log_stream, telemetry_of_process
from origin.telemetry.reporting import reporting
from origin.telemetry.totals import WorkerTotals
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


@dataclass(frozen=True, slots=True)
class MetricsAddress:
    """Where Prometheus is to ask."""

    host: str
    port: int


def run_server(
    service: Service,
    *,
    host: str,
    port: int,
    workers: int,
    metrics: MetricsAddress | None = None,
    on_ready: OnReady = lambda _: None,
) -> None:
    """Serve with workers until SIGTERM or SIGINT; call this in the main thread.

    SIGHUP replaces the workers. ``port`` 0 takes a free one; ``on_ready`` is given the base URL,
    without a slash at its end, as soon as connections are accepted; ``metrics`` is where to serve
    what all workers count. Raises StoreUnusable where there is no store, ServerFailed where an
    address cannot be had or no worker comes up.
    """
    open_store(service.store)
    with log_stream(), ExitStack() as opened:
        listeners = _listen(host, port, workers, opened)
        url = base_url(host, listeners[0])
        totals = WorkerTotals()
        supervisor = Supervisor(
            _work,
            (service, listeners),
            slots=workers,
            ends_within_s=service.drain.total_s,
            heard=lambda worker, message: totals.take(worker, message["families"]),
            gone=totals.leave,
            stopping=opened.close,  # workers have theirs until they have turned clients away
        )
        try:
            with _exposed(metrics, totals, supervisor):
                asyncio.run(supervisor.run(lambda: on_ready(url)))
        except (NoWorkers, MetricsUnservable) as error:
            raise ServerFailed(str(error)) from error


def serve_here(
    service: Service, *, host: str, port: int, on_ready: OnReady = lambda _: None
) -> None:
    """Serve in this process until SIGTERM or SIGINT; else as ``run_server``."""
    open_store(service.store)
    with telemetry_of_process() as telemetry, ExitStack() as opened:
        listeners = _listen(host, port, 1, opened)
        url = base_url(host, listeners[0])
        _run(_alone(Process(service, listeners, 0, telemetry), lambda: on_ready(url)))


def _listen(host: str, port: int, slots: int, opened: ExitStack) -> list[socket.socket]:
    try:
        return [opened.enter_context(listener) for listener in listen(host, port, slots=slots)]
    except AddressUnusable as error:
        raise ServerFailed(str(error)) from error


@dataclass(frozen=True, slots=True)
class Process:
    """What one process that serves has."""

    service: Service
    listeners: Sequence[socket.socket]
    slot: int
    telemetry: Telemetry


def _work(
    service: Service, listeners: Sequence[socket.socket], slot: int, end: socket.socket
) -> None:
    """Be one worker: the process's own function."""
    ignore_terminal()
    with telemetry_of_process() as telemetry:
        _run(_supervised(Process(service, listeners, slot, telemetry), end))


def _run(serving: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serving)


async def _alone(process: Process, on_ready: Callable[[], None]) -> None:
    with from_signals(on_ready) as orders:
        await _serve(process, orders)


async def _supervised(process: Process, end: socket.socket) -> None:
    async with from_supervisor(end) as orders, reporting(orders, process.telemetry.metrics):
        try:
            await _serve(process, orders)
        except (ServerFailed, StoreUnusable) as error:
            orders.say_failed(str(error))


async def _serve(process: Process, orders: Orders) -> None:
    """Serve until told to end, and drain."""
    draining = Draining()
    telemetry = process.telemetry
    hot = HotPath(HotAnswers(lambda _: None), telemetry.notes)
    runner = web.AppRunner(_application(process, draining))
    try:
        await runner.setup()
        server = cast("web.Server", runner.server)  # there, once it is set up
        telemetry.metrics.gauge(
            "open_connections", "Connections to clients.", lambda: len(server.connections)
        )
        connect = partial(
            HotConnection,
            server,
            hot=hot,
            loop=asyncio.get_running_loop(),
            access_log_class=lambda *_: telemetry.notes,  # one for all connections
            logger=logs.connection_logger(),
            keepalive_timeout=KEEPALIVE_TIMEOUT_S,
            max_line_size=LINE_BYTES_MAX,
            max_field_size=LINE_BYTES_MAX,
        )
        accepting = Accepting(connect, process.listeners)
        await accepting.accept({process.slot})
        orders.accept = accepting.accept
        orders.say_ready()
        await orders.ending()
        hot.close()
        await drain(server, accepting, draining, orders, process.service.drain)
    finally:
        await runner.cleanup()


def _application(process: Process, draining: Draining) -> web.Application:
    try:
        store = open_store(process.service.store)
        return create_app(store, draining=draining, telemetry=process.telemetry)
    except PageMissing as error:
        raise ServerFailed(str(error)) from error


@contextmanager
def _exposed(
    address: MetricsAddress | None, totals: WorkerTotals, supervisor: Supervisor
) -> Iterator[None]:
    """Serve what workers and supervisor count, where that is wanted."""
    if address is None:
        yield
        return
    with exposed(address.host, address.port, totals, SupervisorCounts(supervisor)) as port:
        structlog.get_logger("soundbridge.metrics").info(
            "metrics served", url=f"http://{address.host}:{port}/metrics"
        )
        yield
