"""Clients that close their sending side behind a request: they hear all answers, and an end."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from aiohttp import web
from obstore.store import MemoryStore

from origin.app import create_app
from origin.defence.client import ClientLimits
from origin.defence.deadlines import Deadlines
from origin.defence.guard import Guard
from tests.functional.asking import PAGE, ask, get
from tests.functional.load import rest_of
from tests.servers.guarded import TIMEOUT_S, GuardedOrigin, guarded
from tests.sources.published import PublishedAsset, publish

SEGMENT = "320k/00000.m4s"
HELD = "/held.m3u8"
LONG = Deadlines(head_s=1000.0, idle_s=1000.0, window_s=1000.0)
"""It is not they that end a connection here."""


@pytest.fixture(scope="module")
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture(scope="module")
def asset(store: MemoryStore) -> PublishedAsset:
    return publish(store)


@pytest.fixture
def goes_on() -> asyncio.Event:
    """Lets ``/wait`` answer."""
    return asyncio.Event()


@pytest.fixture
def held() -> threading.Event:
    """An answer to HELD is about to leave, when it goes on."""
    return threading.Event()


@pytest.fixture
def errors() -> list[Exception]:
    """What ``/read`` met."""
    return []


@pytest.fixture
def origin(
    store: MemoryStore,
    asset: PublishedAsset,
    goes_on: asyncio.Event,
    held: threading.Event,
    errors: list[Exception],
) -> Iterator[GuardedOrigin]:
    del asset

    async def wait(_request: web.Request) -> web.Response:
        await goes_on.wait()
        return web.Response(text="waited")

    async def read(request: web.Request) -> web.Response:
        try:
            return web.Response(text=str(len(await request.read())))
        except Exception as error:
            errors.append(error)
            raise

    async def hold(request: web.Request, _response: web.StreamResponse) -> None:
        if request.path == HELD:
            held.set()
            await goes_on.wait()

    app = create_app(store)
    app.on_response_prepare.append(hold)
    app.router.add_get("/wait", wait)
    app.router.add_post("/read", read)
    limits = ClientLimits(connections=0, requests_per_s=0)
    with guarded(app, Guard(limits, deadlines=LONG)) as origin:
        yield origin


def half_closed(origin: GuardedOrigin, sent: bytes) -> socket.socket:
    client = origin.connect()
    client.sendall(sent)
    client.shutdown(socket.SHUT_WR)
    return client


def heard(origin: GuardedOrigin, sent: bytes) -> bytes:
    """Return all that comes, up to an end, for what is sent without anything behind it."""
    with closing(half_closed(origin, sent)) as client:
        return rest_of(client)


def is_empty(origin: GuardedOrigin) -> None:
    """Wait until no connection is left."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while origin.call(lambda: origin.guard.connections):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def test_every_answer_is_heard(origin: GuardedOrigin, asset: PublishedAsset) -> None:
    """From the store, from memory, and by the hot path; in one piece with the end, and not."""
    segment = get(f"{asset.path}/{SEGMENT}")
    for _ in range(4):
        assert heard(origin, segment).endswith(asset.contents[SEGMENT])
        with closing(origin.connect()) as client:
            for _ in range(2):
                assert ask(client, segment).body == asset.contents[SEGMENT]
            client.sendall(segment)
            client.shutdown(socket.SHUT_WR)
            assert rest_of(client).endswith(asset.contents[SEGMENT])
    is_empty(origin)


def test_an_answer_that_takes_a_while_says_that_it_is_the_last(
    origin: GuardedOrigin, goes_on: asyncio.Event
) -> None:
    with closing(half_closed(origin, get("/wait") + get("/wait"))) as client:
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(TIMEOUT_S)
        origin.call(goes_on.set)
        first, last = rest_of(client).split(b"waited")[:2]
    assert b"\r\nConnection: close" in last
    assert b"\r\nConnection: close" not in first
    is_empty(origin)


def test_an_end_may_come_while_an_answer_leaves(
    origin: GuardedOrigin, held: threading.Event, goes_on: asyncio.Event
) -> None:
    """It may be too late then to say that it is the last one."""
    with closing(origin.connect()) as client:
        client.sendall(get(HELD))
        assert held.wait(TIMEOUT_S)
        client.shutdown(socket.SHUT_WR)
        assert heard(origin, PAGE), "that has been heard, too"
        origin.call(goes_on.set)
        assert rest_of(client).startswith(b"HTTP/1.1 404 ")
    is_empty(origin)


@pytest.mark.parametrize("number", [2, 9, 100])
def test_all_that_was_asked_at_once_is_answered(origin: GuardedOrigin, number: int) -> None:
    assert heard(origin, PAGE * number).count(b"HTTP/1.1 200 OK\r\n") == number
    assert heard(origin, PAGE * number + PAGE[:-5]).count(b"HTTP/1.1 ") == number
    is_empty(origin)


def test_a_refusal_is_heard(origin: GuardedOrigin) -> None:
    assert heard(origin, b"BREW / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 501 ")


@pytest.mark.parametrize("sent", [b"", b"GET", PAGE[:-2]], ids=["nothing", "line", "head"])
def test_what_asks_for_nothing_ends_at_once(origin: GuardedOrigin, sent: bytes) -> None:
    began_s = time.monotonic()
    assert heard(origin, sent) == b""
    assert heard(origin, PAGE + sent).count(b"HTTP/1.1 ") == 1
    is_empty(origin)
    assert time.monotonic() - began_s < TIMEOUT_S / 2


@pytest.mark.parametrize(
    "body", [b"Content-Length: 9\r\n\r\nhalf", b"Transfer-Encoding: chunked\r\n\r\n9\r\nhalf"]
)
def test_half_a_body_is_none(origin: GuardedOrigin, errors: list[Exception], body: bytes) -> None:
    """Who reads it hears so; who does not has answered already, and waits for no more of it."""
    sent = b"POST /read HTTP/1.1\r\nHost: x\r\n" + body
    assert heard(origin, sent).startswith(b"HTTP/1.1 400 ")
    assert len(errors) == 1
    with closing(origin.connect()) as client:
        assert ask(client, PAGE[:-2] + body).status == 200
        client.shutdown(socket.SHUT_WR)
        assert rest_of(client) == b""
    is_empty(origin)


def test_who_is_slow_to_read_has_it_all(origin: GuardedOrigin, asset: PublishedAsset) -> None:
    """The kernel holds some of it, the origin the rest, while nothing more is asked."""
    segment = get(f"{asset.path}/{SEGMENT}")
    for number in (1, 1, 1, 5):  # the third time from the hot path
        with closing(origin.connect(receive_bytes=4096)) as client:
            client.sendall(segment * number)
            client.shutdown(socket.SHUT_WR)
            time.sleep(0.3)
            assert rest_of(client).count(asset.contents[SEGMENT]) == number
    is_empty(origin)


def test_who_is_gone_is_not_kept(origin: GuardedOrigin, goes_on: asyncio.Event) -> None:
    with closing(half_closed(origin, get("/wait"))):
        time.sleep(0.1)
    origin.call(goes_on.set)
    is_empty(origin)
