"""What is at a URL, fetched by a worker: from public addresses, and nothing but sound."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from origin.companion.outward.addresses import networks
from origin.companion.uploads.fetching.fetch import Fetcher
from origin.companion.uploads.fetching.job import FetchHandler
from origin.companion.uploads.fetching.opening import open_fetching
from origin.companion.uploads.rules import UploadRules
from origin.defence.deadlines import Deadlines
from packager.errors import PackagingError, SourceTooLarge, StoreFailed
from packager.queue.claim import claim
from packager.queue.policy import ATTEMPTS
from packager.queue.worker import Run
from tests.functional.api.listening import listening
from tests.functional.api.sending import SOUND, is_stored, queued, sha256_of, told
from tests.functional.api.service import NOW_S, Service, User, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")

LATER_S = NOW_S + 10**9
QUICKLY_S = 2.0

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def song(_: web.Request) -> web.StreamResponse:
    return web.Response(body=SOUND, content_type="audio/wav")


async def in_chunks(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for start in range(0, len(SOUND), 100_000):
        await response.write(SOUND[start : start + 100_000])
    return response


async def short(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(SOUND))})
    await response.prepare(request)
    await response.write(SOUND[:1000])
    assert request.transport is not None
    request.transport.close()
    return response


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(SOUND)


async def dripping(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for number in range(len(SOUND)):
        await response.write(SOUND[number : number + 1])
        await asyncio.sleep(0.02)
    return response


async def beginning(request: web.Request) -> web.StreamResponse:
    """Begin to answer, for as long as anybody listens."""
    assert request.transport is not None
    request.transport.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not request.transport.is_closing():
        request.transport.write(b"x")
        await asyncio.sleep(0.02)
    return web.StreamResponse()


async def page(_: web.Request) -> web.StreamResponse:
    return web.Response(text="<!doctype html><title>Sign in</title>", content_type="text/html")


async def coded(_: web.Request) -> web.StreamResponse:
    return web.Response(body=SOUND, headers={"Content-Encoding": "br"})


async def redirect(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(request.query["to"])


async def status(request: web.Request) -> web.StreamResponse:
    return web.Response(status=int(request.query["code"]))


@pytest.fixture
async def stranger() -> AsyncIterator[str]:
    app = web.Application()
    for handler in (
        song,
        in_chunks,
        short,
        endless,
        dripping,
        beginning,
        page,
        coded,
        redirect,
        status,
    ):
        app.router.add_get(f"/{handler.__name__}", handler)
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


LOOPBACK = networks(["127.0.0.1/32"])
"""What the test's own server has."""
TRUSTING = Fetcher(LOOPBACK, total_s=QUICKLY_S)


async def fetch(
    service: Service, by: User, url: str, handler: FetchHandler | None = None, attempts: int = 1,
    **said: Any,
) -> tuple[dict[str, Any], PackagingError | None]:  # fmt: skip
    """Make an upload and run its job; return the upload then, and what the job raised."""
    made = await service.post("/v1/uploads", by, {"name": "song.wav", "url": url, **said})
    assert (made["way"], made["send"]) == ("url", None)
    async with service.database.change() as connection:
        held = await claim(connection, ["fetch"], worker="w", now_s=LATER_S, lease_s=60)
    assert held is not None
    object.__setattr__(held, "attempts", attempts)
    error = None
    try:
        await (handler or FetchHandler(service.uploads, TRUSTING))(Run(held))
    except PackagingError as caught:
        error = caught
    return await service.get(f"/v1/uploads/{made['id']}", by), error


@pytest.mark.parametrize("path", ["/song", "/in_chunks", "/redirect?to=/redirect?to=/song"])
async def test_a_file_is_fetched(service: Service, stranger: str, path: str) -> None:
    done, error = await fetch(service, await service.user(), stranger + path)
    assert error is None
    assert (done["state"], done["sha256"]) == ("complete", sha256_of(SOUND))
    assert is_stored(service, done, SOUND)
    assert [job["kind"] for job in await queued(service)] == ["fetch", "package"]
    assert await told(service, "upload.completed") == [done["id"]]


@over_sqlite_alone
@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/page", "unsupported_source"),
        ("/coded", "source_not_found"),
        ("/nothing", "source_not_found"),
        ("/status?code=403", "source_not_found"),
        ("/redirect?to=/redirect?to=" * 6 + "/song", "source_not_found"),
        ("/redirect?to=file:///etc/passwd", "source_not_found"),
        ("/redirect?to=http://169.254.169.254/latest/meta-data", "address_refused"),
        ("/redirect?to=http://[::1]/", "address_refused"),
        ("/redirect?to=http://ann:secret@127.0.0.1/song", "source_not_found"),
    ],
)
async def test_what_will_never_come(service: Service, stranger: str, path: str, code: str) -> None:
    failed, error = await fetch(service, await service.user(), stranger + path)
    assert error is not None
    assert failed["state"] == "failed"
    assert code in {failed["error"]["code"], error.code}
    assert "secret" not in failed["error"]["detail"]
    assert [job["kind"] for job in await queued(service)] == ["fetch"]
    assert not list(service.media.rglob("song*"))


@over_sqlite_alone
@pytest.mark.parametrize(
    ("path", "said"), [("/dripping", "less than 1024 bytes a second"), ("/beginning", "in time")]
)
async def test_who_sends_next_to_nothing_holds_no_place_for_long(
    service: Service, stranger: str, path: str, said: str
) -> None:
    patient = Fetcher(LOOPBACK, head_s=QUICKLY_S, least=Deadlines(window_s=QUICKLY_S))
    began_s = time.monotonic()
    failed, error = await fetch(
        service, await service.user(), stranger + path, FetchHandler(service.uploads, patient),
        attempts=ATTEMPTS,
    )  # fmt: skip
    assert isinstance(error, StoreFailed)
    assert said in failed["error"]["detail"]
    assert time.monotonic() - began_s < 20, "all of it would take an hour"


async def test_what_comes_to_nothing_is_told(service: Service, stranger: str) -> None:
    ann = await service.user()
    async with listening(service, ann) as mine:
        failed, _ = await fetch(service, ann, stranger + "/status?code=404")
        heard = await mine.next()
    assert await told(service, "upload.failed") == [failed["id"]]
    assert heard is not None
    assert (heard.kind, heard.data["upload_id"]) == ("upload.failed", failed["id"])
    assert heard.data["asset_id"] == failed["asset_id"]
    error = heard.data["error"]
    assert (error["code"], error["sentence"]) == ("source_not_found", failed["error"]["detail"])
    assert "URL" in error["remedy"]


@pytest.mark.parametrize("path", ["/short", "/endless", "/status?code=503"])
async def test_what_may_come_another_time(service: Service, stranger: str, path: str) -> None:
    ann = await service.user()
    waiting, error = await fetch(service, ann, stranger + path)
    assert (waiting["state"], error and error.code) == ("receiving", "store_failed")
    assert await told(service, "upload.failed") == []
    failed, _ = await fetch(service, ann, stranger + path, attempts=5)
    assert failed["state"] == "failed"
    assert await told(service, "upload.failed") == [failed["id"]]


@pytest.mark.parametrize("path", ["/song", "/in_chunks"])
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (UploadRules(size_bytes_max=len(SOUND) - 1), "are taken"),
        (UploadRules(quota_bytes=len(SOUND) - 1), "more than you have left"),
    ],
    ids=["size", "quota"],
)
async def test_what_is_more_than_a_worker_was_told_to_take(
    service: Service, stranger: str, path: str, asked: UploadRules, said: str
) -> None:
    """The server's own rules, which it holds against what is sent to it, are the usual ones."""
    store, engine = str(service.media), service.database.primary
    async with open_fetching(engine, store, service.media.parent, asked, TRUSTING) as handler:
        failed, error = await fetch(service, await service.user(), stranger + path, handler)
    assert isinstance(error, SourceTooLarge)
    assert (failed["state"], failed["error"]["code"]) == ("failed", "source_too_large")
    assert said in str(error)
    assert [job["kind"] for job in await queued(service)] == ["fetch"]
    assert not list(service.media.rglob("song*"))


@pytest.mark.parametrize("rules", [UploadRules(quota_bytes=len(SOUND) * 3 // 2)])
async def test_a_size_that_was_said_is_counted_once(service: Service, stranger: str) -> None:
    ann = await service.user()
    done, error = await fetch(service, ann, stranger + "/song", size_bytes=len(SOUND))
    assert (error, done["state"]) == (None, "complete")


async def test_another_size_than_was_said(service: Service, stranger: str) -> None:
    ann = await service.user()
    for path in ("/song", "/in_chunks"):
        failed, _ = await fetch(service, ann, stranger + path, size_bytes=len(SOUND) - 1)
        assert failed["state"] == "failed"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "0.0.0.0", "[::1]",  # noqa: S104 it is refused
        "[::ffff:127.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1]", "[fd00:ec2::254]",
        "10.0.0.1", "172.16.3.4", "192.168.1.1", "100.64.0.1", "100.100.100.200", "169.254.169.254",
        "224.0.0.1", "255.255.255.255", "[ff02::1]", "[2002:7f00:1::]", "198.18.0.1",
        "168.63.129.16",
    ],
)  # fmt: skip
async def test_no_network_of_ours_is_asked(host: str) -> None:
    with pytest.raises(PackagingError) as caught:
        async with Fetcher(total_s=QUICKLY_S).fetching(f"http://{host}:9/"):
            pass
    assert caught.value.code == "address_refused"


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1%lo"]]
)
async def test_a_name_with_one_bad_address_is_refused(addresses: Sequence[str]) -> None:
    async def lookup(_: str) -> Sequence[str]:
        return addresses

    with pytest.raises(PackagingError) as caught:
        async with Fetcher(lookup=lookup, total_s=QUICKLY_S).fetching("http://name.example/"):
            pass
    assert caught.value.code == "address_refused"


async def test_the_address_that_was_checked_is_connected_to(stranger: str) -> None:
    """A name that leads elsewhere the second time is not asked a second time."""
    asked = []

    async def rebinding(name: str) -> Sequence[str]:
        asked.append(name)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    port = stranger.rpartition(":")[2]
    fetcher = Fetcher(LOOPBACK, rebinding, QUICKLY_S)
    async with fetcher.fetching(f"http://name.example:{port}/song") as fetched:
        assert b"".join([part async for part in fetched.content]) == SOUND
    assert asked == ["name.example"]
    asked.clear()
    again = f"http://name.example:{port}/redirect?to=http://name.example:{port}/song"
    with pytest.raises(PackagingError) as caught:
        async with fetcher.fetching(again):
            pass
    assert (caught.value.code, len(asked)) == ("address_refused", 2)
