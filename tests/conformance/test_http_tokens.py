"""Playback tokens on the wire: what each opens, what is said where it does not, and to caches."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import urljoin

import pytest
from obstore.store import MemoryStore

from cdn.signing.claims import PlaybackToken
from cdn.signing.keys import Algorithm, PublicKey, new_signing_key
from cdn.signing.reading import read_keys
from cdn.signing.token import KeyRing, sign
from manifests import layout
from manifests.parse import parse_playlist
from origin.app import create_app
from origin.delivery.tokens import TokenRules
from tests.conformance.both_paths import both_paths
from tests.conformance.wire import Answer, Origin, without
from tests.sources.growing_asset import GrowingAsset
from tests.sources.published import AnyStore, PublishedAsset, publish

KEY = new_signing_key(Algorithm.ES256)
RING = KeyRing([KEY.public])
SEGMENT = "/media/first-light-asset/r1/128k/00001.m4s"
OF_FIRST = [
    "/first-light.m3u8",
    "/first-light.mpd",
    "/first-light.json",
    "/media/first-light-asset/r1/multivariant.m3u8",
    "/media/first-light-asset/r1/128k/playlist.m3u8",
    "/media/first-light-asset/r1/128k/init.mp4",
    "/media/first-light-asset/r1/waveform.json",
    "/media/first-light-asset/r1/artwork-320.jpg",
    "/growing/first-light-asset/r1/128k/playlist.m3u8",
    SEGMENT,
]
TO_CDNS = ("CDN-Cache-Control", "Surrogate-Control")
OF_SECOND = [path.replace("first", "second") for path in OF_FIRST]


def token_for(playback_id: str, valid_for_s: float = 3600) -> str:
    return sign(playback_id, KEY, now_s=time.time(), valid_for_s=valid_for_s)


FIRST, EXPIRED = token_for("first-light"), token_for("first-light", -1)


@asynccontextmanager
async def served(
    store: AnyStore, asset: PublishedAsset, rules: TokenRules | None
) -> AsyncIterator[Origin]:
    """An origin with the hot path, asked each thing three times."""
    app = create_app(store, tokens=rules)
    async with both_paths(app, None if rules is None else rules.verified) as paths:
        yield Origin(paths.hot_port, asset, turns=3)


@dataclass
class Origins:
    """Origins of one store: of which tokens are not known, are optional, and are required.

    Where they are ``checked``, a CDN is said to do so.
    """

    none: Origin
    optional: Origin
    required: Origin
    checked: Origin
    store: MemoryStore


@pytest.fixture
async def origins() -> AsyncIterator[Origins]:
    store = MemoryStore()
    asset, _ = publish(store), publish(store, "second-light")
    rules = [
        None,
        TokenRules(RING),
        TokenRules(RING, required=True),
        TokenRules(RING, checked_by_cdn=True),
    ]
    async with AsyncExitStack() as open_paths:
        none, optional, required, checked = [
            await open_paths.enter_async_context(served(store, asset, rule)) for rule in rules
        ]
        yield Origins(none, optional, required, checked, store)


def assert_refused(answer: Answer, status: int, challenge: str) -> None:
    """RFC 9110 §15.5.2; RFC 9457: nothing of what was asked for, and nothing that is kept."""
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["WWW-Authenticate"] == f'Bearer realm="playback"{challenge}'
    for name in ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control"):
        assert answer.headers[name] == "no-store"
    assert "ETag" not in answer.headers
    assert b"light" not in answer.body


@pytest.mark.parametrize("path", OF_FIRST)
async def test_a_token_opens_what_its_playback_id_plays(origins: Origins, path: str) -> None:
    """The same bytes; a shared cache that knows nothing of tokens does not store them."""
    plain = await origins.none.ask("GET", path)
    assert plain.status == 200
    for origin in (origins.optional, origins.required, origins.checked):
        for _ in range(2):  # verified, and remembered
            answer = await origin.ask("GET", f"/t/{FIRST}{path}")
            assert (answer.status, answer.body) == (200, plain.body)
            differing = ("Date", "Cache-Control", "Cache-Status", *TO_CDNS)
            assert without(answer.headers, *differing) == without(plain.headers, *differing)
            freshness = plain.headers["Cache-Control"].removeprefix("public, ")
            assert answer.headers["Cache-Control"] == f"private, {freshness}"


@pytest.mark.parametrize("path", [path for path in OF_FIRST if not path.endswith(".jpg")])
async def test_without_a_token(origins: Origins, path: str) -> None:
    assert (await origins.optional.ask("GET", path)).status == 200
    for method in ("GET", "HEAD"):
        assert_refused(await origins.required.ask(method, path), 401, "")


async def test_covers_which_lists_show_need_none(origins: Origins) -> None:
    (cover,) = (path for path in OF_FIRST if path.endswith(".jpg"))
    for method in ("GET", "HEAD"):
        plain, answer = [await each.ask(method, cover) for each in (origins.none, origins.required)]
        assert (answer.status, answer.body) == (200, plain.body)
        for name in ("Cache-Control", *TO_CDNS):
            assert answer.headers[name] == plain.headers[name]
    odd = cover.replace("artwork-", "128k/00000.m4s/artwork-")
    assert_refused(await origins.required.ask("GET", odd), 401, "")


@pytest.mark.parametrize("path", OF_SECOND)
async def test_a_token_of_something_else(origins: Origins, path: str) -> None:
    for origin in (origins.optional, origins.required):
        answer = await origin.ask("GET", f"/t/{FIRST}{path}")
        assert_refused(answer, 403, ', error="insufficient_scope"')


BAD = {
    "expired": EXPIRED,
    "cut short": FIRST[:-9],
    "too long": FIRST + "a",
    "a dash": "-",
    "three letters": "a.b.c",
    "escaped": "%2d",
    "a part more": FIRST + ".",
    "another script": "%c3%a9",
    "no text": "%ff",
    "half a character": "%ed%a0%80",
    "a slash": "%2f",
    "nothing": "%00",
}


@pytest.mark.parametrize("token", BAD.values(), ids=BAD)
async def test_a_token_that_is_not_good(origins: Origins, token: str) -> None:
    for origin in (origins.optional, origins.required):
        for path in ("/first-light.m3u8", SEGMENT):
            answer = await origin.ask("GET", f"/t/{token}{path}")
            assert_refused(answer, 401, ', error="invalid_token"')


async def test_a_token_that_has_expired_says_so(origins: Origins) -> None:
    answer = await origins.optional.ask("GET", f"/t/{EXPIRED}/first-light.m3u8")
    assert b"expired" in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/t/{token}",
        "/t/{token}/",
        "/t/{token}/v1/assets",
        "/t/{token}/healthz",
        "/t/{token}/.well-known/jwks.json",
        "/t/{token}/t/{token}/first-light.m3u8",
        "/t/{token}//first-light.m3u8",
        "/t/{token}/media/first-light-asset/r1/index.json",
        "/t/{token}/media/first-light-asset/r1/../../second-light-asset/r1/multivariant.m3u8",
        "/t//{token}/first-light.m3u8",
        "/T/{token}/first-light.m3u8",
    ],
)
async def test_a_token_opens_nothing_else(origins: Origins, path: str) -> None:
    for origin in (origins.none, origins.optional, origins.required):
        assert (await origin.ask("GET", path.format(token=FIRST))).status == 404


async def test_where_tokens_are_not_known_there_is_nothing_behind_one(origins: Origins) -> None:
    assert (await origins.none.ask("GET", f"/t/{FIRST}/first-light.m3u8")).status == 404
    assert (await origins.none.ask("GET", "/.well-known/jwks.json")).status == 404


@pytest.mark.parametrize("path", ["/", "/v1/assets", "/healthz", "/readyz"])
async def test_what_plays_nothing_needs_no_token(origins: Origins, path: str) -> None:
    assert (await origins.required.ask("GET", path)).status == 200


async def test_the_keys_are_published(origins: Origins) -> None:
    answer = await origins.required.ask("GET", "/.well-known/jwks.json")
    assert answer.headers["Content-Type"] == "application/jwk-set+json"
    assert answer.headers["Cache-Control"] == "public, max-age=300, stale-if-error=86400"
    (key,) = read_keys(answer.body)
    assert isinstance(key, PublicKey)
    assert key.to_jwk() == KEY.public.to_jwk()


async def test_every_relative_address_stays_under_the_token(origins: Origins) -> None:
    """RFC 3986 §5, from the entry down."""
    waiting, seen = [f"/t/{FIRST}/first-light.m3u8"], set[str]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        answer = await origins.required.ask("GET", path)
        assert answer.status == 200, path
        if answer.headers["Content-Type"] == "application/vnd.apple.mpegurl":
            parse_playlist(answer.body)
            uris = [line for line in answer.body.decode().split() if not line.startswith("#")]
            waiting += [urljoin(path, uri) for uri in uris]
    assert len(seen) == 1 + 2 + 2 * 3
    assert all(path.startswith(f"/t/{FIRST}/") for path in seen)


async def test_conditions_ranges_and_methods_are_the_same_under_a_token(origins: Origins) -> None:
    origin, path = origins.required, f"/t/{FIRST}{SEGMENT}"
    same = await origin.ask("GET", path, f"If-None-Match: {origin.etag}")
    assert (same.status, same.headers["Cache-Control"]) == (
        304,
        "private, max-age=31536000, immutable",
    )
    part = await origin.ask("GET", path, "Range: bytes=0-3")
    assert (part.status, part.body) == (206, origin.content[:4])
    head = await origin.ask("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert (await origin.ask("POST", path)).status == 405
    options = await origin.ask("OPTIONS", path, "Access-Control-Request-Method: GET")
    assert options.status == 204


@pytest.mark.parametrize(
    ("status", "method", "path", "fields"),
    [
        (200, "GET", SEGMENT, ()),
        (200, "HEAD", "/first-light.m3u8", ()),
        (206, "GET", SEGMENT, ("Range: bytes=0-3",)),
        (304, "GET", SEGMENT, ("If-None-Match: *",)),
        (404, "GET", SEGMENT.replace("00001", "99999"), ()),
        (404, "HEAD", SEGMENT.replace("00001", "99999"), ()),
        (404, "GET", SEGMENT.replace("r1", "r9"), ()),
        (404, "GET", "/first-light.packed.m3u8", ()),
        (404, "GET", "/nowhere/at/all", ()),
        (405, "POST", SEGMENT, ()),
        (406, "GET", SEGMENT, ("Accept-Encoding: identity;q=0",)),
        (412, "GET", SEGMENT, ('If-Match: "other"',)),
        (416, "GET", SEGMENT, ("Range: bytes=999999999-",)),
    ],
)
async def test_shared_caches_that_know_no_tokens_store_nothing_below_one(
    origins: Origins, status: int, method: str, path: str, fields: tuple[str, ...]
) -> None:
    """RFC 9111 §5.2.2.7, RFC 9213 §2.2, whatever the status; those that know them, as without."""
    plain = await origins.none.ask(method, path, *fields)
    for origin in (origins.none, origins.optional, origins.required, origins.checked):
        if origin is origins.none and status != 404:
            continue  # nothing is there, below a token
        answer = await origin.ask(method, f"/t/{FIRST}{path}", *fields)
        assert answer.status == plain.status == status
        directives = answer.headers["Cache-Control"].split(", ")
        freshness = plain.headers["Cache-Control"].removeprefix("public, ").split(", ")
        assert directives == (freshness if freshness == ["no-store"] else ["private", *freshness])
        is_for_cdns = origin is origins.checked or freshness == ["no-store"]
        for name in TO_CDNS:
            expected = plain.headers[name] if is_for_cdns else "private, no-store"
            assert answer.headers[name] == expected


async def test_a_refusal_can_be_read_by_scripts_of_other_sites(origins: Origins) -> None:
    answer = await origins.required.ask("GET", SEGMENT, "Origin: https://player.example")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def becomes(origin: Origin, path: str, status: int) -> Answer:
    """Ask until what was in memory has given way to what is published."""
    once = replace(origin, turns=1)  # it may change between two of them
    for _ in range(100):
        answer = await once.ask("GET", path)
        if answer.status == status:
            return answer
        await asyncio.sleep(0.1)
    raise AssertionError(f"{path} never answers {status}")


async def test_a_listener_stays_where_another_asset_is_published_meanwhile(
    origins: Origins,
) -> None:
    """What the token opened before stays open, and what is published now opens at once."""
    origin, prefix = origins.required, f"/t/{FIRST}"
    assert (await origin.ask("GET", prefix + SEGMENT)).status == 200
    moved = replace(origin.asset.entry, asset_id="second-light-asset")
    origins.store.put(layout.entry_key("first-light"), moved.to_json())
    await becomes(origin, prefix + SEGMENT.replace("first", "second"), 200)
    assert (await origin.ask("GET", prefix + SEGMENT)).status == 200
    other = f"/t/{token_for('first-light', 3000)}"
    assert (await origin.ask("GET", other + SEGMENT)).status == 403


async def test_a_token_of_what_is_not_published_finds_and_opens_nothing(origins: Origins) -> None:
    """A 404 for what others play would be given to them, by a CDN that cuts off tokens."""
    token = token_for("third-light")
    assert (await origins.required.ask("GET", f"/t/{token}/third-light.m3u8")).status == 404
    answer = await origins.required.ask("GET", f"/t/{token}{SEGMENT}")
    assert_refused(answer, 403, ', error="insufficient_scope"')


async def test_an_entry_that_cannot_be_read_is_no_refusal(origins: Origins) -> None:
    """Whether a token is good for an asset is not known then: asking again may help."""
    origins.store.put(layout.entry_key("first-light"), b"{")
    answer = await becomes(origins.required, f"/t/{FIRST}{SEGMENT}", 500)
    assert answer.headers["Cache-Control"] == "no-store"
    origins.store.put(layout.entry_key("first-light"), origins.none.asset.entry.to_json())
    await becomes(origins.required, f"/t/{FIRST}{SEGMENT}", 200)


async def test_what_grows_is_opened_too() -> None:
    finished = publish(MemoryStore())
    growing = GrowingAsset.of(finished, MemoryStore())
    growing.start(1)
    rules = TokenRules(RING, required=True)
    async with served(growing.store, finished, rules) as origin:
        for path in ("/first-light.m3u8", "/growing/first-light-asset/r1/128k/playlist.m3u8"):
            answer = await origin.ask("GET", f"/t/{FIRST}{path}")
            assert (answer.status, answer.body[:7]) == (200, b"#EXTM3U")
            assert answer.headers["Cache-Control"].startswith("private, max-age=")


async def test_a_token_that_was_verified_is_not_verified_again(origins: Origins) -> None:
    rules = TokenRules(KeyRing([]), required=True)
    rules.verified.remember(b"a.b.c", PlaybackToken("first-light", time.time() + 100))
    async with served(origins.store, origins.none.asset, rules) as origin:
        assert (await origin.ask("GET", f"/t/a.b.c{SEGMENT}")).body == origin.content
        assert (await origin.ask("GET", f"/t/{FIRST}{SEGMENT}")).status == 401
