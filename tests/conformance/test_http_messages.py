"""RFC 9112 on the wire: which messages are requests, and how many a connection takes."""

import json

import pytest
from aiohttp import web

from origin.delivery import problem
from tests.conformance.both_paths import both_paths, said
from tests.conformance.hostile.request import PAGE
from tests.conformance.wire import REASONS, Origin, check


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nHost : y\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\n folded: y\r\n\r\n", 400),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 9000 + b"\r\n\r\n", 431),
        (
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            400,
        ),
        (b"GET /healthz HTTP/9.9.9\r\nHost: x\r\n\r\n", 400),
        (b"BREW /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    ],
    ids=[
        "space before colon",
        "folded",
        "long target",
        "long field",
        "lengths",
        "version",
        "method",
        "TLS",
    ],
)
async def test_nonsense_is_refused(origin: Origin, data: bytes, status: int) -> None:
    """RFC 9112 §2.2, §5, §6.3."""
    answer = await origin.send(data)
    assert answer.status == status
    check(answer, "GET")


@pytest.mark.parametrize("hosts", [b"", b"Host: x\r\nHost: y\r\n"], ids=["none", "two"])
async def test_one_host(origin: Origin, hosts: bytes) -> None:
    """RFC 9112 §3.2."""
    data = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n" + hosts + b"\r\n"
    assert (await origin.send(data)).status == 400


async def test_an_expectation_that_is_none(origin: Origin) -> None:
    """RFC 9110 §10.1.1."""
    data = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: more\r\n\r\n"
    answer = await origin.send(data)
    assert answer.status == 417
    check(answer, "GET")


@pytest.mark.parametrize("status", [413, 422])
async def test_what_aiohttp_raises_has_its_present_name(status: int) -> None:
    """RFC 9110 §15.5.14, §15.5.21."""

    async def fail(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPRequestEntityTooLarge(1, 2) if status == 413 else web.HTTPUnprocessableEntity

    app = web.Application(middlewares=[problem.middleware])
    app.router.add_get("/", fail)
    async with both_paths(app) as paths:
        head, _, body = (await said(paths.hot_port, PAGE)).partition(b"\r\n\r\n")
    title = REASONS[status]
    assert head.decode().split("\r\n")[0] == f"HTTP/1.1 {status} {title}"
    assert (json.loads(body)["title"], json.loads(body)["code"]) == (
        title,
        title.lower().replace(" ", "_"),
    )


async def test_http_1_0_needs_no_host(origin: Origin) -> None:
    answer = await origin.send(f"GET {origin.path} HTTP/1.0\r\n\r\n".encode())
    assert (answer.status, answer.body) == (200, origin.content)


async def test_a_connection_serves_many_requests(origin: Origin) -> None:
    """RFC 9112 §9.3, pipelined."""
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await origin.send(request * 3 + last)
    assert answer.body.count(b"HTTP/1.1 200 OK") == 3


@pytest.mark.parametrize("number", [1, 3])
async def test_who_sends_no_more_is_answered(origin: Origin, number: int) -> None:
    """RFC 9112 §9.6: either side may close its half."""
    request = f"GET {origin.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    for _ in range(4):  # the hot path has it then
        answer = await origin.send(request * number, ends=True)
        assert answer.status == 200
        assert answer.body.endswith(origin.content)
        assert answer.body.count(origin.content) == number


async def test_half_a_request_has_an_end_and_no_answer(origin: Origin) -> None:
    """RFC 9112 §8."""
    request = f"GET {origin.path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    answer = await origin.send(request + request[:-2], ends=True)
    assert (answer.status, answer.body) == (200, origin.content)
