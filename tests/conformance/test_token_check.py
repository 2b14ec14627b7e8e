"""What an edge is told that asks whether a token opens something, and for how long it holds."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from obstore.store import MemoryStore

from cdn.signing.bounds import ANYWHERE, Bounds, read_bounds
from cdn.signing.keys import Algorithm, new_signing_key
from cdn.signing.scope import EVERYTHING, Scope, scope_of_path
from cdn.signing.token import KeyRing, sign
from manifests import layout
from origin.app import create_app
from origin.cache import record
from origin.delivery import problem
from origin.delivery.answer import Responder
from origin.delivery.circumstances import CircumstanceFields
from origin.delivery.compression import Compressor
from origin.delivery.handlers import Delivery
from origin.delivery.tokens import TokenRules
from origin.stores.reader import StoreReader
from tests.conformance.test_http_tokens import OF_FIRST, OF_SECOND
from tests.sources.published import publish

Client = TestClient[Request, Application]
KEY, STRANGER = (new_signing_key(Algorithm.ES256) for _ in range(2))
COUNTRY = "CloudFront-Viewer-Country"
PAGE = {"Origin": "https://radio.example"}
ON_PAGES = read_bounds(None, ["radio.example"], None)
IN_COUNTRIES = read_bounds(["DE"], None, None)
TO_CACHES = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")


def token_for(
    playback_id: str = "first-light",
    scopes: frozenset[Scope] = EVERYTHING,
    bounds: Bounds = ANYWHERE,
    valid_for_s: float = 3600,
) -> str:
    return sign(
        playback_id,
        KEY,
        now_s=time.time(),
        valid_for_s=valid_for_s,
        scopes=scopes,
        bounds=bounds,
    )


def check_of(path: str, token: str) -> str:
    """Return what an edge asks where somebody asks it for a path under a token."""
    first, *rest = path.removeprefix("/").split("/")
    what = f"{first}/{rest[0]}" if rest else first.partition(".")[0]
    return f"/opens/{token}/{scope_of_path(path)}/{what}"


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    publish(store)
    publish(store, "second-light")
    return store


@pytest.fixture
async def client(store: MemoryStore) -> AsyncIterator[Client]:
    rules = TokenRules(KeyRing([KEY.public]), circumstances=CircumstanceFields(COUNTRY))
    async with TestClient(TestServer(create_app(store, tokens=rules))) as client:
        yield client


async def asked(client: Client, path: str, headers: dict[str, str] | None = None) -> ClientResponse:
    """Ask by both methods: they say the same."""
    head = await client.head(path, headers=headers)
    response = await client.get(path, headers=headers)
    assert head.status == response.status
    for name in (*TO_CACHES, "Vary"):
        assert head.headers.get(name) == response.headers.get(name)
    content = await response.read()
    assert response.status == 404 or path.split("/")[2].encode() not in content
    assert b"light" not in content
    return response


def assert_says(response: ClientResponse, status: int, life_s: set[int], vary: str | None) -> None:
    assert response.status == status
    said = {response.headers[name] for name in TO_CACHES}
    assert said <= {f"max-age={each}" for each in life_s}
    assert response.headers.get("Vary") == vary
    assert ("WWW-Authenticate" in response.headers) == (status != 204)


@pytest.mark.parametrize("path", OF_FIRST)
async def test_it_opens_what_the_origin_would_give(client: Client, path: str) -> None:
    token = token_for()
    assert (await client.get(f"/t/{token}{path}")).status == 200
    assert_says(await asked(client, check_of(path, token)), 204, {60}, None)


@pytest.mark.parametrize("path", OF_SECOND)
async def test_it_opens_nothing_else(client: Client, path: str) -> None:
    token = token_for()
    assert (await client.get(f"/t/{token}{path}")).status == 403
    assert_says(await asked(client, check_of(path, token)), 403, {1}, None)


@pytest.mark.parametrize("path", OF_FIRST)
@pytest.mark.parametrize("scope", Scope)
async def test_scopes_are_looked_at(client: Client, path: str, scope: Scope) -> None:
    token = token_for(scopes=frozenset({scope}))
    status = (await client.get(f"/t/{token}{path}")).status
    assert (await asked(client, check_of(path, token))).status == (204 if status == 200 else 403)


@pytest.mark.parametrize(
    ("bounds", "good", "bad", "vary"),
    [
        (ON_PAGES, PAGE, {}, "Origin, Referer"),
        (ON_PAGES, {"Referer": "https://radio.example/x"}, {"Origin": "null"}, "Origin, Referer"),
        (IN_COUNTRIES, {COUNTRY: "DE"}, {COUNTRY: "US"}, COUNTRY),
        (
            replace(ON_PAGES, countries=frozenset({"DE"})),
            {**PAGE, COUNTRY: "DE"},
            PAGE,
            f"Origin, Referer, {COUNTRY}",
        ),
    ],
)
async def test_bounds_are_looked_at_and_said_to_matter(
    client: Client, bounds: Bounds, good: dict[str, str], bad: dict[str, str], vary: str
) -> None:
    for path in OF_FIRST:
        check = check_of(path, token_for(bounds=bounds))
        assert_says(await asked(client, check, good), 204, {60}, vary)
        assert_says(await asked(client, check, bad), 403, {1}, vary)


@pytest.mark.parametrize("valid_for_s", [20, 59, 3])
async def test_it_holds_no_longer_than_the_token(client: Client, valid_for_s: int) -> None:
    response = await asked(client, check_of(OF_FIRST[0], token_for(valid_for_s=valid_for_s)))
    assert_says(response, 204, {valid_for_s - 1, valid_for_s - 2}, None)


@pytest.mark.parametrize(
    "token",
    [
        "a.b.c", "-", "a", token_for(valid_for_s=-1), token_for()[:-9], token_for() + "a",
        sign("first-light", STRANGER, now_s=time.time(), valid_for_s=60), "%2d", "%00",
    ],
)  # fmt: skip
async def test_a_token_that_is_not_good(client: Client, token: str) -> None:
    response = await client.get(f"/opens/{token}/play/first-light")
    assert_says(response, 401, {1}, None)


async def test_whether_something_is_there_is_not_told(client: Client) -> None:
    """What is answered to a stranger's token is the same for what is there and what is not."""
    token = token_for("third-light")
    said = [
        await (await asked(client, f"/opens/{token}/play/{what}")).text()
        for what in ("first-light", "nobodys", "media/first-light-asset", "growing/nobodys")
    ]
    assert len(set(said)) == 1
    assert (await asked(client, f"/opens/{token}/play/third-light")).status == 204


@pytest.mark.parametrize(
    "path",
    [
        "/opens/{token}", "/opens/{token}/play", "/opens/{token}/play/", "/opens/{token}/PLAY/a",
        "/opens/{token}/download/first-light", "/opens/{token}/play/First",
        "/opens/{token}/play/first-light.m3u8", "/opens/{token}/play/media/first-light-asset/r1",
        "/opens/{token}/play/other/first-light-asset", "/opens//play/first-light",
    ],
)  # fmt: skip
async def test_what_is_no_check_is_not_there(client: Client, path: str) -> None:
    assert (await client.get(path.format(token=token_for()))).status == 404


async def test_who_knows_no_tokens_has_no_checks(store: MemoryStore) -> None:
    async with TestClient(TestServer(create_app(store))) as client:
        assert (await client.get(f"/opens/{token_for()}/play/first-light")).status == 404


async def test_what_cannot_be_known_now_is_no_answer_to_keep(
    client: Client, store: MemoryStore
) -> None:
    store.put(layout.entry_key("first-light"), b"{")
    response = await client.get(f"/opens/{token_for()}/play/media/first-light-asset")
    assert response.status == 500
    assert response.headers["Cache-Control"] == "no-store"


async def test_nobody_is_let_in_to_what_was_removed(store: MemoryStore) -> None:
    """An edge may hold it still: what is remembered of a token is forgotten."""
    rules = TokenRules(KeyRing([KEY.public]))
    delivery = Delivery(StoreReader(store), Responder(Compressor(), purged=False), rules)
    app = Application(middlewares=[record.middleware, problem.middleware])
    delivery.add_routes(app)
    check = f"/opens/{token_for()}/play/media/first-light-asset"
    async with TestClient(TestServer(app)) as client:
        assert (await client.get(check)).status == 204
        store.delete(layout.entry_key("first-light"))
        assert (await client.get(check)).status == 204, "who listens may end"
        delivery.removed("media/first-light-asset/")
        assert (await client.get(check)).status == 403
