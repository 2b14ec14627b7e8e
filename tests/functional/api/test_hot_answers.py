"""What is kept is given again before aiohttp sees who asks, as if aiohttp had answered."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from cdn.signing.keys import Algorithm, new_signing_key
from cdn.signing.token import KeyRing, sign
from origin.app import create_app
from origin.cache.tell import tell_nobody
from origin.companion.access import Access, Budgets
from origin.companion.caching.answers import Answers
from origin.companion.caching.following import KNOWN_S, Following
from origin.companion.caching.opening import open_answers
from origin.companion.composition import Companion
from origin.companion.media import Media
from origin.delivery.tokens import TokenRules
from tests.conformance.both_paths import BothPaths, both_paths, said_in_turn
from tests.functional.api.catalogue import Item, artist, track
from tests.functional.api.service import Service, User, over_sqlite_alone
from tests.minutes import early_in_a_minute
from tests.sources.published import publish

STATUS = re.compile(rb"HTTP/1\.1 ([0-9]{3}) ")
LEFT = re.compile(rb'\r\nRateLimit: "address";r=([0-9]+);')
FROM = b"X-Forwarded-For: 203.0.113.7\r\n"
PER_MIN = 40
SITE = "https://elsewhere.example"


@dataclass
class Place:
    """An API both ways, and what its creator has there."""

    service: Service
    answers: Answers
    both: BothPaths
    ann: User
    artist: Item
    song: Item

    @property
    def path(self) -> bytes:
        return f"/v1/tracks/{self.song['id']}".encode()

    async def turns(self, *requests: bytes) -> tuple[bytes, bytes]:
        return await self.both.answers_in_turn(*requests)

    async def is_hot(self, request: bytes, turns: int = 4) -> bool:
        """Ask both some times, which say the same; tell whether it was given again."""
        await self.turns(request)  # by which it is kept, for both
        before = self.both.hot.given
        plain, hot = await self.turns(*[request] * turns)
        assert plain == hot
        return self.both.hot.given > before


def get(target: bytes, fields: bytes = b"") -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n"


@pytest.fixture
def access() -> Access:
    return Access(budgets=Budgets(address_per_min=PER_MIN))


@pytest.fixture
async def place(service: Service, access: Access) -> AsyncIterator[Place]:
    async with (
        open_answers(service.database, None, tell_nobody) as answers,
        open_place(service, access, answers) as place,
    ):
        yield place


@asynccontextmanager
async def open_place(service: Service, access: Access, answers: Answers) -> AsyncIterator[Place]:
    companion = Companion(service.database, Media(service.store), access, answers=answers)
    async with both_paths(create_app(service.store, companion=companion)) as both:
        ann = await service.user()
        of = await artist(service, ann)
        song = await track(service, ann, of, "Song", genre="jazz")
        await answers.told()
        yield Place(service, answers, both, ann, of, song)


@pytest.mark.parametrize(
    "fields",
    [
        b"", FROM, b"Accept-Encoding: br\r\n", b"Accept-Encoding: gzip, identity;q=0\r\n",
        b"Range: bytes=0-\r\n", b"X-Request-Id: mine-1\r\n", b"Origin: https://a.example\r\n",
    ],
)  # fmt: skip
async def test_both_ways_say_the_same(place: Place, fields: bytes) -> None:
    for target in (place.path, b"/v1/tracks", b"/v1/tracks?genre=jazz", b"/v1/artists?limit=1"):
        assert await place.is_hot(get(target, fields)), target


@over_sqlite_alone
async def test_what_is_asked_for_once_takes_no_room(place: Place) -> None:
    for target in (place.path, b"/v1/tracks", b"/v1/artists?limit=1"):
        asked, port = get(target), place.both.hot_port
        before = place.both.hot.given
        said = await said_in_turn(port, asked, asked)
        assert said.index(b"fwd=uri-miss") < said.index(b"soundbridge; hit")
        assert place.both.hot.given == before
        assert b"soundbridge; hit" in await said_in_turn(port, asked)
        assert place.both.hot.given == before + 1


@over_sqlite_alone
async def test_what_is_known_and_read_anew_is_given_again_at_once(place: Place) -> None:
    asked, port = get(place.path), place.both.hot_port
    await said_in_turn(port, *[asked] * 3)
    await place.service.ask("PATCH", place.path.decode(), place.ann, {"title": "Other"})
    await place.answers.told()
    before = place.both.hot.given
    assert b"fwd=uri-miss" in await said_in_turn(port, asked)
    assert place.both.hot.given == before
    again = await said_in_turn(port, asked)
    assert b"soundbridge; hit" in again
    assert b'"title":"Other"' in again
    assert place.both.hot.given == before + 1


@over_sqlite_alone
async def test_who_takes_nothing_but_what_is_compressed_gets_nothing_else(place: Place) -> None:
    """Little is compressed for nobody who would take it as it is."""
    little = b"/v1/tracks?genre=folk"
    for fields in (b"Accept-Encoding: gzip\r\n", b"Accept-Encoding: gzip, identity;q=0\r\n") * 2:
        assert await place.is_hot(get(little, fields))
    said = await said_in_turn(place.both.hot_port, *[get(little, fields)] * 2)
    assert said.count(b"Content-Encoding: gzip") == 2


@over_sqlite_alone
async def test_queries_are_told_apart(place: Place) -> None:
    for genre, number in ((b"jazz", 1), (b"folk", 0)):
        for _ in range(3):
            _, said = await place.turns(get(b"/v1/tracks?genre=" + genre))
            assert said.count(b'"title":"Song"') == number
    assert await place.is_hot(get(b"/v1/tracks?genre=folk"))
    _, said = await place.turns(get(b"/v1/tracks?genre=folk&genre=jazz"))
    assert b"HTTP/1.1 400" in said


async def test_a_change_is_said_at_once_where_it_was_made(place: Place) -> None:
    """The service is another process; this one learns of it by looking."""
    assert await place.is_hot(get(place.path))
    changed = await place.service.ask("PATCH", place.path.decode(), place.ann, {"title": "Other"})
    assert changed.status == 200
    await place.answers.told()
    for _ in range(3):
        plain, hot = await place.turns(get(place.path))
        assert plain == hot or b"fwd=uri-miss" in plain + hot
        assert b'"title":"Other"' in hot
    assert await place.is_hot(get(place.path))
    assert (await place.service.ask("DELETE", place.path.decode(), place.ann)).status == 204
    await place.answers.told()
    _, hot = await place.turns(get(place.path))
    assert b"HTTP/1.1 404" in hot


@over_sqlite_alone
@pytest.mark.parametrize(
    "fields",
    [
        b"Authorization: Bearer KEY\r\n", b"Cookie: a=b\r\n", b"If-None-Match: *\r\n",
        b"Range: bytes=1-\r\n", b"Content-Length: 0\r\n",
    ],
)  # fmt: skip
async def test_who_may_be_known_and_what_is_conditional_is_for_aiohttp(
    place: Place, fields: bytes
) -> None:
    assert await place.is_hot(get(place.path))
    fields = fields.replace(b"KEY", place.ann.key.encode())
    assert not await place.is_hot(get(place.path, fields))


@over_sqlite_alone
async def test_what_is_somebody_s_own_is_given_to_nobody_else(place: Place) -> None:
    key = f"Authorization: Bearer {place.ann.key}\r\n".encode()
    draft = await track(place.service, place.ann, place.artist, "Draft", visibility="private")
    target = f"/v1/tracks/{draft['id']}".encode()
    _, said = await place.turns(*[get(target, key)] * 3, *[get(target)] * 3)
    assert STATUS.findall(said) == [b"200"] * 3 + [b"404"] * 3
    assert said.count(b"Draft") == 3


@over_sqlite_alone
async def test_all_count_against_one_budget(place: Place) -> None:
    await early_in_a_minute()
    port = place.both.hot_port
    said = await said_in_turn(port, *[get(place.path, FROM)] * 6)
    assert [PER_MIN - int(number) for number in LEFT.findall(said)] == [1, 2, 3, 4, 5, 6]
    given = place.both.hot.given
    assert given > 0
    statuses = STATUS.findall(await said_in_turn(port, *[get(place.path, FROM)] * PER_MIN))
    assert statuses == [b"200"] * (PER_MIN - 6) + [b"429"] * 6
    assert place.both.hot.given > given
    statuses = STATUS.findall(await said_in_turn(port, *[get(place.path)] * 3))
    assert statuses == [b"200"] * 3, "nobody else is refused"


@over_sqlite_alone
async def test_no_answer_outlives_what_is_known_of_events(service: Service, access: Access) -> None:
    now_s = [0.0]
    following = Following(service.database, clock=lambda: now_s[0])
    async with open_place(service, access, Answers(following)) as place:
        assert await place.is_hot(get(place.path))
        now_s[0] += KNOWN_S + 0.1
        given = place.both.hot.given
        await place.turns(get(place.path))
        assert place.both.hot.given == given
        assert following.is_known, "aiohttp's way has looked"
        await place.answers.close()


@over_sqlite_alone
async def test_a_token_of_what_plays_opens_nothing_of_the_api(service: Service) -> None:
    key = new_signing_key(Algorithm.ES256)
    rules = TokenRules(KeyRing([key.public]))
    entry = publish(service.store).entry
    token = sign(entry.playback_id, key, now_s=time.time(), valid_for_s=600)
    async with open_answers(service.database, None, tell_nobody) as answers:
        companion = Companion(service.database, Media(service.store), answers=answers)
        app = create_app(service.store, companion=companion, tokens=rules)
        async with both_paths(app, rules.verified) as both:
            listed, under = b"/v1/tracks", f"/t/{token}".encode()
            playlist = f"/{entry.playback_id}.m3u8".encode()
            asked = [get(under + playlist)] * 3 + [get(listed)] * 3
            assert b"HTTP/1.1 200" in (await both.answers_in_turn(*asked))[1]
            assert both.hot.given > 1
            plain, hot = await both.answers_in_turn(*[get(under + listed)] * 2)
            assert STATUS.findall(plain) == STATUS.findall(hot) == [b"404", b"404"]


class TestWhereSitesAreNamed:
    """What is said to one site is not said to another."""

    @pytest.fixture
    def access(self) -> Access:
        return Access(origins=(SITE,))

    @over_sqlite_alone
    async def test_each_is_told_for_itself(self, place: Place) -> None:
        named = f"Origin: {SITE}\r\n".encode()
        assert await place.is_hot(get(place.path))
        for fields in (named, b"Origin: https://b.example\r\n"):
            assert not await place.is_hot(get(place.path, fields))
        _, said = await place.turns(*[get(place.path, named), get(place.path)] * 2)
        assert said.count(b"Access-Control-Allow-Credentials") == 2
