"""RFC 9110 §9.3.2, §13.2.1 and §14.2 where the store has lost or altered what an index lists.

What GET would refuse is refused to HEAD, to conditions and to ranges, too.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from obstore.store import MemoryStore

from origin.app import create_app
from tests.conformance.both_paths import both_paths
from tests.conformance.wire import Origin
from tests.sources.published import publish

MEDIA = "/media/first-light-asset/r1"
PLAIN, COMPRESSED = "Accept-Encoding: identity", "Accept-Encoding: gzip"
OBJECTS = [
    ("128k/00001.m4s", PLAIN),
    ("128k/init.mp4", PLAIN),
    ("waveform.json", PLAIN),
    ("128k/playlist.m3u8", PLAIN),
    ("128k/playlist.m3u8", COMPRESSED),
]
NOT_FOUND_IN_A_CACHE = {"soundbridge; fwd=uri-miss", "soundbridge; hit; detail=absence"}


@dataclass
class Losing:
    """An origin, and its store."""

    origin: Origin
    store: MemoryStore

    def lose(self, name: str, how: str) -> int:
        """Damage an object; return the status that GET has from then on."""
        key = self.origin.asset.entry.where.key(name)
        if how == "gone":
            self.store.delete(key)
            return 404
        content = bytes(self.store.get(key).bytes())
        self.store.put(key, content[:-1] + bytes([content[-1] ^ 1]))
        return 500

    def weak_tag(self, name: str, coding: str) -> str:
        """Return what names an object in If-None-Match; of a compressed one, only ``*`` does."""
        digest = self.origin.asset.index.objects()[name].sha256
        return f'W/"{digest}"' if coding == PLAIN else "*"


@pytest.fixture
async def losing() -> AsyncIterator[Losing]:
    store = MemoryStore()
    asset = publish(store)
    async with both_paths(create_app(store)) as paths:
        yield Losing(Origin(paths.plain_port, asset), store)


@pytest.mark.parametrize("how", ["gone", "altered"])
@pytest.mark.parametrize(("name", "coding"), OBJECTS)
async def test_nothing_is_said_of_what_cannot_be_given(
    losing: Losing, name: str, coding: str, how: str
) -> None:
    status = losing.lose(name, how)
    for method, header in (
        ("HEAD", coding),
        ("GET", f"If-None-Match: {losing.weak_tag(name, coding)}"),
        ("HEAD", f"If-None-Match: {losing.weak_tag(name, coding)}"),
        ("GET", 'If-Match: "another"'),
        ("HEAD", 'If-Match: "another"'),
        ("GET", "Range: bytes=99999999-"),
        ("HEAD", "Range: bytes=99999999-"),
        ("GET", "Range: bytes=2-4"),
        ("GET", coding),
    ):
        answer = await losing.origin.ask(method, f"{MEDIA}/{name}", coding, header)
        assert answer.status == status, (method, header)
        assert answer.headers["Cache-Control"] == ("max-age=5" if status == 404 else "no-store")
        assert answer.headers["Cache-Status"] in NOT_FOUND_IN_A_CACHE


@pytest.mark.parametrize(("name", "coding"), OBJECTS)
async def test_what_is_in_memory_is_given_to_all_alike(
    losing: Losing, name: str, coding: str
) -> None:
    """It was held against the index when it came."""
    path = f"{MEDIA}/{name}"
    given = await losing.origin.ask("GET", path, coding)
    losing.lose(name, "gone")
    tag = given.headers["ETag"]
    for method, header, status in (
        ("GET", coding, 200),
        ("HEAD", coding, 200),
        ("GET", f"If-None-Match: {tag}", 304),
        ("HEAD", f"If-None-Match: {tag}", 304),
        ("GET", 'If-Match: "another"', 412),
        ("GET", "Range: bytes=2-4", 206),
        ("GET", "Range: bytes=99999999-", 416),
    ):
        answer = await losing.origin.ask(method, path, coding, header)
        assert answer.status == status
        assert answer.headers["Cache-Status"] == "soundbridge; hit"


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_what_a_store_can_give_again_is_said_again(losing: Losing, method: str) -> None:
    name = "128k/00000.m4s"
    content = losing.origin.asset.contents[name]
    assert losing.lose(name, "altered") == 500
    assert (await losing.origin.ask(method, f"{MEDIA}/{name}")).status == 500
    losing.store.put(losing.origin.asset.entry.where.key(name), content)
    answer = await losing.origin.ask(method, f"{MEDIA}/{name}")
    assert (answer.status, answer.headers["Content-Length"]) == (200, str(len(content)))
