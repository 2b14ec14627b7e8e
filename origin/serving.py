"""Running the origin: one process, or several that share a port.

``run_server`` blocks until SIGTERM or SIGINT, then lets requests in flight finish. With one worker
the server runs in the calling process. With several, the parent binds the address first, so that
port 0 becomes one real port for all of them, and never listens on it; each worker binds the same
address with SO_REUSEPORT, and the kernel spreads connections over those that listen. The parent
passes signals on, and takes the others down when one worker fails.
"""

import asyncio
import multiprocessing
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from types import FrameType
from typing import Final, cast

import uvloop
from aiohttp import web

from origin.app import create_app
from origin.cache.connection import check_cache
from origin.cycles import look_rarely
from origin.defence.guard import Defence, sweeping
from origin.defence.parser import ParserMissing, require_c_parser
from origin.defence.refusals import FIELD_BYTES_MAX, FIELDS_MAX, TARGET_BYTES_MAX
from origin.delivery import logs
from origin.delivery.hot import HotConnection, HotPath
from origin.delivery.reuse import HotAnswers
from origin.delivery.tokens import TokenRules
from origin.playback_keys import read_key_ring
from origin.store import open_store
from origin.web.page import PageMissing

BACKLOG: Final = 1024
KEEPALIVE_TIMEOUT_S: Final = 75.0
DRAIN_TIMEOUT_S: Final = 10.0
START_TIMEOUT_S: Final = 30.0
STOP_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

OnReady = Callable[[str], None]


class ServerFailed(Exception):
    """The server could not start or did not stay up; the message says why."""


@dataclass(frozen=True, slots=True)
class PlaybackTokens:
    """Where the keys of playback tokens are, and whether what plays needs one."""

    keys: Path
    required: bool = False


@dataclass(frozen=True, slots=True)
class Service:
    """What a process that serves is to do."""

    store: str
    tokens: PlaybackTokens | None = None
    cache: str | None = None
    defence: Defence = field(default_factory=Defence)

    def token_rules(self) -> TokenRules | None:
        """Read the keys; raises UnusableKey."""
        tokens = self.tokens
        return None if tokens is None else TokenRules(read_key_ring(tokens.keys), tokens.required)


def run_server(
    service: Service,
    *,
    host: str,
    port: int,
    workers: int,
    on_ready: OnReady | None = None,
) -> None:
    """Serve the store at a location until SIGTERM or SIGINT; call this in the main thread.

    ``port`` 0 takes a free one; ``on_ready`` is given the base URL, without a slash at its end, as
    soon as connections are accepted. Raises StoreUnusable where there is no store, CacheUnusable
    where the cache's URL is none, UnusableKey where a key cannot be read, ServerFailed where the
    address cannot be had, a worker dies, or aiohttp has no parser in C.
    """
    logs.configure()
    try:
        require_c_parser()
    except ParserMissing as error:
        raise ServerFailed(str(error)) from error
    open_store(service.store)
    service.token_rules()
    check_cache(service.cache)
    announce = on_ready or (lambda _: None)
    with closing(_reserve(host, port, workers)) as listener:
        url = _base_url(host, listener)
        if workers == 1:
            _run(service, listener, lambda: announce(url))
        else:
            _run_workers(service, listener, workers, lambda: announce(url))


def _run(service: Service, listener: socket.socket, announce: Callable[[], None]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(service, listener, announce))


async def _serve(service: Service, listener: socket.socket, announce: Callable[[], None]) -> None:
    """Serve on a bound socket until told to stop."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stopped.set)
    parent = multiprocessing.parent_process()
    if parent is not None:  # a worker does not outlive its parent, however that ends
        loop.add_reader(parent.sentinel, stopped.set)
    rules = service.token_rules()
    answers = HotAnswers()
    application = _application(service, rules, answers)
    runner = web.AppRunner(application, shutdown_timeout=DRAIN_TIMEOUT_S)
    try:
        await runner.setup()
        connect = partial(
            HotConnection,
            guarded := cast("web.Server", runner.server),  # there, once it is set up
            guard=service.defence.guard(),
            hot=HotPath(answers, None if rules is None else rules.verified),
            loop=loop,
            access_log_class=logs.AccessLogger,
            logger=logs.connection_logger(),
            keepalive_timeout=KEEPALIVE_TIMEOUT_S,
            max_line_size=TARGET_BYTES_MAX,
            max_field_size=FIELD_BYTES_MAX,
            max_headers=FIELDS_MAX,
        )
        server = await loop.create_server(connect, sock=listener, backlog=BACKLOG)
        look_rarely()
        async with sweeping(guarded):
            announce()
            await stopped.wait()
            server.close()
    finally:
        if parent is not None:
            loop.remove_reader(parent.sentinel)
        await runner.cleanup()


def _application(
    service: Service, rules: TokenRules | None, answers: HotAnswers
) -> web.Application:
    try:
        store = open_store(service.store)
        return create_app(store, tokens=rules, cache=service.cache, answers=answers)
    except PageMissing as error:
        raise ServerFailed(str(error)) from error


def _run_workers(
    service: Service,
    listener: socket.socket,
    workers: int,
    announce: Callable[[], None],
) -> None:
    host, port = listener.getsockname()[:2]
    spawn = multiprocessing.get_context("spawn")
    readiness, ready = spawn.Pipe(duplex=False)
    processes = [
        spawn.Process(target=_work, args=(service, host, port, ready), name=f"worker-{number}")
        for number in range(workers)
    ]
    with closing(readiness), _stopping(processes) as stop_requested:
        for process in processes:
            process.start()
        ready.close()
        if _all_ready(readiness, processes):
            announce()
            wait([process.sentinel for process in processes])
        if not stop_requested():
            raise ServerFailed("A worker ended by itself; its last words are in the log above.")


def _work(service: Service, host: str, port: int, ready: Connection) -> None:
    """Be one worker."""
    logs.configure()
    with closing(_bind(host, port, shared=True)) as listener, closing(ready):
        _run(service, listener, lambda: ready.send(port))


def _all_ready(readiness: Connection, processes: list[SpawnProcess]) -> bool:
    """Wait until each worker accepts connections; tell whether it came to that."""
    for _ in processes:
        sentinels = [process.sentinel for process in processes]
        if wait([readiness, *sentinels], timeout=START_TIMEOUT_S) != [readiness]:
            return False
        readiness.recv()
    return True


@contextmanager
def _stopping(processes: list[SpawnProcess]) -> Iterator[Callable[[], bool]]:
    """Pass stop signals on to the workers, and leave none behind; yield whether one came."""
    received: list[int] = []

    def stop(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        _terminate(processes)

    before = {number: signal.signal(number, stop) for number in STOP_SIGNALS}
    try:
        yield lambda: bool(received)
    finally:
        _terminate(processes)
        for process in processes:
            if process.pid is not None:
                process.join(DRAIN_TIMEOUT_S + 5)
                process.kill()
                process.join()
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminate(processes: list[SpawnProcess]) -> None:
    for process in processes:
        if process.pid is not None and process.exitcode is None:
            process.terminate()


def _reserve(host: str, port: int, workers: int) -> socket.socket:
    """Return a bound socket, having seen that the address was free.

    SO_REUSEPORT alone would let a second server slip in beside one that runs already.
    """
    alone = _bind(host, port, shared=False)
    if workers == 1:
        return alone
    address, real_port = alone.getsockname()[:2]
    alone.close()
    return _bind(address, real_port, shared=True)


def _bind(host: str, port: int, *, shared: bool) -> socket.socket:
    """Return a socket bound to the address; ``shared`` lets our other processes bind it too."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ServerFailed(f"{host} is no address to listen on: {error.strerror}.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        listener.setblocking(False)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise ServerFailed(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    return listener


def _base_url(host: str, listener: socket.socket) -> str:
    port = listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
