"""RFC 9211 on the wire: what Cache-Status says of each kind of answer, the first time and again."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from obstore.store import MemoryStore

from origin.app import create_app
from tests.conformance.both_paths import both_paths
from tests.conformance.wire import Origin
from tests.servers.counting import CountingStore
from tests.sources.published import publish

MEDIA = "/media/first-light-asset/r1"
READ, HIT = "soundbridge; fwd=uri-miss", "soundbridge; hit"
ABSENT, APART = "soundbridge; hit; detail=absence", "soundbridge; fwd=bypass"
MEANWHILE = "soundbridge; hit; detail=stale-while-revalidate"
FAILED = "soundbridge; fwd=stale; detail=stale-if-error"
UNTRIED = "soundbridge; hit; detail=stale-if-error"
ENTRY = "/first-light.m3u8"
STALE_WITHIN_S = 20.0
SOUND, TEXT = f"{MEDIA}/128k/00001.m4s", f"{MEDIA}/128k/playlist.m3u8"

ASKS: list[tuple[tuple[str, ...], int, str, str]] = [
    (("GET", SOUND), 200, READ, HIT),
    (("HEAD", SOUND), 200, READ, HIT),
    (("GET", SOUND, "Range: bytes=2-4"), 206, READ, HIT),
    (("GET", SOUND, "Range: bytes=99999999-"), 416, READ, HIT),
    (("GET", SOUND, "If-None-Match: *"), 304, READ, HIT),
    (("HEAD", SOUND, "If-None-Match: *"), 304, READ, HIT),
    (("GET", SOUND, 'If-Match: "another"'), 412, READ, HIT),
    (("GET", TEXT, "Accept-Encoding: gzip"), 200, READ, HIT),
    (("HEAD", TEXT, "Accept-Encoding: gzip"), 200, READ, HIT),
    (("GET", TEXT, "Accept-Encoding: gzip", "If-None-Match: *"), 304, READ, HIT),
    (("GET", "/first-light.m3u8"), 200, READ, HIT),
    (("HEAD", "/first-light.json"), 200, READ, HIT),
    (("GET", f"{MEDIA}/128k/99999.m4s"), 404, READ, ABSENT),
    (("GET", "/missing.m3u8"), 404, READ, ABSENT),
    (("GET", "/v1/assets"), 200, READ, HIT),
    (("GET", "/"), 200, HIT, HIT),
    (("GET", "/nowhere/at/all"), 404, APART, APART),
    (("GET", "/healthz"), 200, APART, APART),
    (("OPTIONS", SOUND), 204, "soundbridge; fwd=method", "soundbridge; fwd=method"),
]


@pytest.fixture
async def origin() -> AsyncIterator[Origin]:
    store = MemoryStore()
    asset = publish(store)
    async with both_paths(create_app(store)) as paths:
        yield Origin(paths.plain_port, asset)


@pytest.mark.parametrize(("asked", "status", "first", "again"), ASKS)
async def test_where_an_answer_came_from(
    origin: Origin, asked: tuple[str, ...], status: int, first: str, again: str
) -> None:
    for said in (first, again, again):
        answer = await origin.ask(*asked)
        assert (answer.status, answer.headers["Cache-Status"]) == (status, said)


async def test_what_nobody_can_read_was_found_in_no_cache() -> None:
    store = MemoryStore()
    asset = publish(store)
    store.put(asset.entry.where.key("128k/00001.m4s"), b"another sound")
    async with both_paths(create_app(store)) as paths:
        for method in ("GET", "HEAD", "GET"):
            answer = await Origin(paths.plain_port, asset).ask(method, SOUND)
            assert (answer.status, answer.headers["Cache-Status"]) == (500, READ)


async def test_a_stale_answer_is_a_hit_unless_the_store_was_asked_for_it() -> None:
    """RFC 9211 §2.1, §2.2: a hit is an answer for which nothing was forwarded."""
    store = CountingStore()
    asset = publish(store)
    async with both_paths(create_app(store)) as paths:
        origin = Origin(paths.plain_port, asset)
        assert (await origin.ask("GET", ENTRY)).status == 200
        store.down = True
        async with asyncio.timeout(STALE_WITHIN_S):
            while True:
                asked = store.asked.total()
                answer = await origin.ask("GET", ENTRY)
                assert answer.status == 200
                if (said := answer.headers["Cache-Status"]) == UNTRIED:
                    break
                assert said in {HIT, MEANWHILE, FAILED}
        assert store.asked.total() == asked
