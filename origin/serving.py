"""Running the origin: workers under a supervisor that share a port, or this one process alone.

``run_server`` and ``serve_here`` block until SIGTERM or SIGINT, then drain. The first starts
workers (``supervision`` says how they are kept) and serves nothing itself; the second serves in the
calling process, for ``soundbridge play``. What serves is loaded in processes that serve: the
supervisor starts the first worker sooner for it.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import structlog

from origin.companion.rooms import Room
from origin.defence.parser import ParserMissing, look_for_c_parser
from origin.heap import few_heaps
from origin.packager_process import be_packager
from origin.quality.links import Inbox, open_inboxes
from origin.service import ServerFailed, Service
from origin.stores.opening import open_store
from origin.supervision.kept import Kept
from origin.supervision.listeners import AddressUnusable, listen, url_of
from origin.supervision.orders import ignore_terminal
from origin.supervision.supervisor import NoWorkers, Supervisor
from origin.telemetry.exposition import MetricsUnservable, SupervisorCounts, exposed
from origin.telemetry.log_stream import log_stream
from origin.telemetry.totals import WorkerTotals
from origin.work_settings import Settings

OnReady = Callable[[str], None]


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
    what all workers count. Raises StoreUnusable where there is no store, UnusableKey where a key
    cannot be read, CacheUnusable where the cache's URL is none, ServerFailed where an address
    cannot be had, no worker comes up, or aiohttp has no parser in C.
    """
    _check(service)
    few_heaps()
    with log_stream(), ExitStack() as opened:
        listeners = _listen(host, port, workers, opened)
        inboxes = open_inboxes(workers, opened)
        url = url_of(host, listeners[0].getsockname()[1])
        totals = WorkerTotals()
        supervisor = Supervisor(
            _work_linked,
            (service, listeners, inboxes),
            slots=workers,
            stops_within_s=service.drain.stop_s,
            retires_within_s=service.drain.retire_s,
            heard=lambda worker, message: totals.take(worker, message["families"]),
            gone=totals.leave,
            stopping=opened.close,  # workers have theirs until they have turned clients away
            beside=_packager(service, totals),
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
    from origin.process import Process, run_alone  # noqa: PLC0415 as in _work
    from origin.telemetry.process import telemetry_of_process  # noqa: PLC0415

    _check(service)
    with telemetry_of_process() as telemetry, ExitStack() as opened:
        listeners = _listen(host, port, 1, opened)
        url = url_of(host, listeners[0].getsockname()[1])
        run_alone(Process(service, listeners, 0, telemetry), lambda: on_ready(url))


def _work(
    service: Service, listeners: Sequence[socket.socket], slot: int, end: socket.socket
) -> None:
    """Be one worker of a supervisor of an earlier version, which has no inboxes for workers."""
    _work_linked(service, listeners, (), slot, end)


def _work_linked(
    service: Service,
    listeners: Sequence[socket.socket],
    inboxes: Sequence[Inbox],
    slot: int,
    end: socket.socket,
) -> None:
    """Be one worker: the process's own function."""
    from origin.process import Process, run_supervised  # noqa: PLC0415 its supervisor has no use
    from origin.telemetry.process import telemetry_of_process  # noqa: PLC0415

    ignore_terminal()
    with telemetry_of_process(slot) as telemetry:
        run_supervised(Process(service, listeners, slot, telemetry, inboxes), end)


def _packager(service: Service, totals: WorkerTotals) -> Kept | None:
    """Return what packages beside the workers, None where nothing does."""
    has_uploads = Room.UPLOADS in service.rooms
    if service.rows is None or not service.packager_jobs or not has_uploads:
        return None
    settings = Settings(
        service.stores[0],
        service.rows.state,
        service.rows.url,
        service.packager_jobs,
        drain_s=service.drain.timeout_s,
        cache=service.cache,
        outward=service.outward,
        uploads=service.uploads,
        purge=service.purge,
    )
    return Kept(
        "packager",
        be_packager,
        (settings,),
        ends_within_s=service.drain.stop_s,
        heard=lambda packager, message: totals.take(packager, message["families"]),
        gone=totals.leave,
    )


def _check(service: Service) -> None:
    """Raise what can be known to end every worker before one is started; they look again."""
    try:
        look_for_c_parser()
    except ParserMissing as error:
        raise ServerFailed(str(error)) from error
    for store in service.stores:
        open_store(store)
    if service.tokens is not None:
        from origin.playback_keys import key_ring_of  # noqa: PLC0415 where there are tokens

        key_ring_of(service.tokens.keys, service.tokens.signing_key)
    if service.cache is not None:
        from origin.cache.connection import connect  # noqa: PLC0415 where there is a cache

        connect(service.cache)


def _listen(host: str, port: int, slots: int, opened: ExitStack) -> list[socket.socket]:
    try:
        return [opened.enter_context(listener) for listener in listen(host, port, slots=slots)]
    except AddressUnusable as error:
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
        url = f"{url_of(address.host, port)}/metrics"
        structlog.get_logger("soundbridge.metrics").info("metrics served", url=url)
        yield
