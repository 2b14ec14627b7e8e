"""Clients that take their time: with a head, with a body, with reading; and those that leave."""

import asyncio
import gc
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress

import pytest
from aiohttp import web
from obstore.store import MemoryStore

from origin.app import create_app
from origin.defence.client import ClientLimits
from origin.defence.deadlines import Deadlines
from origin.defence.guard import Guard
from tests.functional.asking import PAGE, answer, ask, get, is_closed
from tests.servers.guarded import SWEEP_EVERY_S, TIMEOUT_S, GuardedOrigin, guarded
from tests.sources.published import PublishedAsset, publish

DEADLINES = Deadlines(head_s=1.0, window_s=1.0, least_rate_bytes_per_s=1000)
STREAMED_BYTES = 64_000
"""Less than what makes a writer wait, more than the kernel holds."""
UNLIMITED = ClientLimits(connections=0, requests_per_s=0)


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(scope="module")
def asset(store: MemoryStore) -> PublishedAsset:
    return publish(store)


@pytest.fixture
def goes_on() -> asyncio.Event:
    """Lets ``/stream`` send the next part."""
    return asyncio.Event()


@pytest.fixture
def origin(
    store: MemoryStore, asset: PublishedAsset, goes_on: asyncio.Event
) -> Iterator[GuardedOrigin]:
    del asset

    async def read(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"a" * STREAMED_BYTES)
            await goes_on.wait()
            goes_on.clear()

    app = create_app(store)
    app.router.add_post("/read", read)
    app.router.add_get("/stream", stream)
    with guarded(app, Guard(UNLIMITED, deadlines=DEADLINES)) as origin:
        yield origin


def until(origin: GuardedOrigin, counter: str, reached: int) -> None:
    """Wait until the guard has counted so many."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while origin.call(lambda: getattr(origin.guard, counter)) != reached:
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


@pytest.mark.parametrize("begun", [b"G", b"GET / HTTP/1.1\r\n", PAGE[:-1]])
def test_a_head_that_does_not_end(origin: GuardedOrigin, begun: bytes) -> None:
    with closing(origin.connect()) as client:
        refused = ask(client, begun)
        assert (refused.status, refused.problem["code"]) == (408, "request_timeout")
        assert is_closed(client)


def test_a_byte_now_and_then_does_not_help(origin: GuardedOrigin) -> None:
    with closing(origin.connect()) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nA: ")
        client.settimeout(0.1)
        for _ in range(600):
            client.send(b"a")
            try:
                assert client.recv(12) == b"HTTP/1.1 408"
            except TimeoutError:
                continue
            break
        else:
            pytest.fail("it was never refused")


def test_many_slow_heads_and_one_that_is_not(origin: GuardedOrigin) -> None:
    with ExitStack() as stack:
        slow = [stack.enter_context(closing(origin.connect())) for _ in range(300)]
        for client in slow:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        with closing(origin.connect()) as polite:
            assert ask(polite, PAGE).status == 200
        assert {answer(client).status for client in slow} == {408}
        assert origin.call(lambda: origin.guard.timed_out) == 300


def test_who_never_says_anything_is_left_without_a_word(origin: GuardedOrigin) -> None:
    with closing(origin.connect()) as client:
        assert is_closed(client)


def test_the_second_head_has_a_deadline_too(origin: GuardedOrigin) -> None:
    with closing(origin.connect()) as client:
        assert ask(client, PAGE).status == 200
        assert ask(client, PAGE).status == 200  # from the hot path
        assert ask(client, PAGE[:-2]).status == 408
    with closing(origin.connect()) as client:
        assert ask(client, PAGE + PAGE[:-2]).status == 200
        assert answer(client).status == 408


@pytest.mark.parametrize("behind", [b"", b"\r\n", b"\n\r\n"])
def test_a_connection_at_rest_may_stay(origin: GuardedOrigin, behind: bytes) -> None:
    """However its only request was answered, and with empty lines behind it (RFC 9112 §2.2)."""
    with closing(origin.connect()) as slow_path, closing(origin.connect()) as hot_path:
        assert ask(slow_path, PAGE + behind).status == 200
        assert ask(hot_path, PAGE + behind).status == 200
        with closing(origin.connect()) as silent:
            assert is_closed(silent)
        assert ask(slow_path, PAGE).status == 200
        assert ask(hot_path, PAGE).status == 200


@pytest.mark.parametrize("fields", [b"", b"Connection: close\r\n"])
def test_who_does_not_read_is_cut_off(
    origin: GuardedOrigin, asset: PublishedAsset, fields: bytes
) -> None:
    """Also where the origin has closed, but for what has not left yet."""
    segment = get(f"{asset.path}/320k/00001.m4s")[:-2] + fields + b"\r\n"
    with closing(origin.connect(receive_bytes=4096)) as client:
        client.sendall(segment)
        until(origin, "cut_off", 1)
        until(origin, "connections", 0)
        received = 0
        while data := client.recv(65_536):
            received += len(data)
        assert received < len(asset.contents["320k/00001.m4s"])


def test_who_asks_on_without_reading_is_cut_off(
    origin: GuardedOrigin, asset: PublishedAsset
) -> None:
    with closing(origin.connect(receive_bytes=4096)) as client:
        client.sendall(get(f"{asset.path}/320k/00001.m4s") * 200)
        until(origin, "cut_off", 1)
        until(origin, "connections", 0)


def test_who_asks_in_time_without_reading_is_cut_off(
    origin: GuardedOrigin, asset: PublishedAsset
) -> None:
    """Each request alone, for what is hot: what was sent before has to leave first."""
    segment = get(f"{asset.path}/320k/00001.m4s")
    with closing(origin.connect()) as other:
        for _ in range(3):  # from the store, from memory, and hot: at rest between them
            assert ask(other, segment).status == 200
            time.sleep(SWEEP_EVERY_S)
    with closing(origin.connect(receive_bytes=4096)) as client, suppress(OSError):
        assert ask(client, PAGE).status == 200
        for _ in range(int(TIMEOUT_S / SWEEP_EVERY_S)):
            client.sendall(segment)
            time.sleep(SWEEP_EVERY_S)
            if origin.call(lambda: origin.guard.cut_off):
                break
    until(origin, "cut_off", 1)


def test_who_reads_slowly_gets_it_all(origin: GuardedOrigin, asset: PublishedAsset) -> None:
    """Slower than all at once, and for several windows, but not slower than the least rate."""
    content = asset.contents["320k/00001.m4s"]
    with closing(origin.connect(receive_bytes=4096)) as client:
        client.sendall(get(f"{asset.path}/320k/00001.m4s", "Connection: close"))
        received = bytearray()
        while data := client.recv(4096):
            received += data
            time.sleep(0.03)  # this is the slowness
        assert received.endswith(content)
        assert origin.call(lambda: origin.guard.cut_off) == 0


@pytest.mark.long
def test_a_stream_with_a_long_pause_goes_on(origin: GuardedOrigin, goes_on: asyncio.Event) -> None:
    """Its second part is not measured from where the first one stood."""
    with closing(origin.connect(receive_bytes=4096)) as client:
        client.sendall(get("/stream"))
        for _ in range(2):
            time.sleep(10 * SWEEP_EVERY_S)  # so that it is seen with something to send
            received = 0
            while received < STREAMED_BYTES:
                received += len(data := client.recv(65_536))
                assert data, "it was cut off"
            with closing(origin.connect()) as silent:  # a window goes by
                assert is_closed(silent)
            origin.call(goes_on.set)
        assert origin.call(lambda: origin.guard.cut_off) == 0


def test_a_body_that_does_not_come(origin: GuardedOrigin) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    with closing(origin.connect()) as client:
        refused = ask(client, head + b"some")
        assert (refused.status, refused.problem["code"]) == (408, "request_timeout")
        assert is_closed(client)


def test_a_body_that_comes(origin: GuardedOrigin) -> None:
    head = b"POST /read HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    with closing(origin.connect()) as client:
        assert ask(client, head + b"a" * 1000).body == b"1000"
        with closing(origin.connect()) as silent:  # nothing is left of it to be judged
            assert is_closed(silent)
        assert ask(client, head + b"a" * 1000).body == b"1000"


@pytest.mark.parametrize("target", [b"POST /read", b"GET /"])
def test_a_body_that_does_not_end(origin: GuardedOrigin, target: bytes) -> None:
    """The handler reads it, up to its own limit; or nobody wants it."""
    chunk = b"10000\r\n" + 65_536 * b"a" + b"\r\n"
    with closing(origin.connect()) as client:
        client.sendall(target + b" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        with pytest.raises((ConnectionResetError, BrokenPipeError)):
            client.sendall(chunk * 5_000)
    until(origin, "connections", 0)


@pytest.mark.long
def test_a_connection_at_rest_holds_nothing_of_what_was_sent(
    origin: GuardedOrigin, asset: PublishedAsset
) -> None:
    """Ten thousand of them would hold as many segments."""

    def bodies() -> int:
        gc.collect()
        return sum(isinstance(one, web.Response) and bool(one.body) for one in gc.get_objects())

    with ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(closing(origin.connect()))
            for name in ("128k/00001.m4s", "waveform.json", "missing"):
                ask(client, get(f"{asset.path}/{name}"))
        assert origin.call(bodies) == 0


def test_a_storm_of_resets_leaves_nothing_behind(
    origin: GuardedOrigin, asset: PublishedAsset
) -> None:
    segment = get(f"{asset.path}/320k/00001.m4s")
    with closing(origin.connect()) as client:
        ask(client, segment)
    until(origin, "connections", 0)
    tasks = len(origin.call(asyncio.all_tasks))
    for number in range(2000):
        client = origin.connect(receive_bytes=4096)
        client.sendall((segment, segment * 3, segment[:20], PAGE)[number % 4])
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    until(origin, "connections", 0)
    with closing(origin.connect()) as client:
        assert ask(client, PAGE).status == 200
    until(origin, "connections", 0)
    assert len(origin.call(asyncio.all_tasks)) <= tasks
