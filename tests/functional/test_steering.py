"""Steering over real sockets: what playlists say, and what players are told who ask."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request, Response
from obstore.store import MemoryStore
from yarl import URL

from cdn.steering.answer import SteeringRules
from cdn.steering.pathway import Pathway
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from manifests.steering import ContentSteering
from origin.app import create_app
from origin.delivery.circumstances import CircumstanceFields
from origin.steering.country import country_by
from origin.steering.probing import Probing
from origin.stores.reader import StoreReader
from tests.sources.published import PublishedAsset, publish

Client = TestClient[Request, Application]
NOBODY = "http://127.0.0.1:1/"
BOTH = (
    Pathway("a", NOBODY, regions=frozenset({"DE"})),
    Pathway("b", "https://b.invalid/audio/", regions=frozenset({"FR"})),
)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def asset(store: MemoryStore) -> PublishedAsset:
    return publish(store)


async def serve(
    store: MemoryStore, rules: SteeringRules | None, **options: Any
) -> AsyncIterator[Client]:
    app = create_app(store, reader=StoreReader(store), steering=rules, **options)
    async with TestClient(TestServer(app)) as opened:
        yield opened


@pytest.fixture
async def client(store: MemoryStore, asset: PublishedAsset) -> AsyncIterator[Client]:
    del asset
    async for opened in serve(store, SteeringRules(BOTH)):
        yield opened


async def playlist(client: Client, path: str) -> MultivariantPlaylist:
    response = await client.get(path)
    assert response.status == HTTPStatus.OK
    parsed = parse_playlist(await response.read())
    assert isinstance(parsed, MultivariantPlaylist)
    return parsed


async def told(client: Client, path: str = "/steering/x", **headers: str) -> dict[str, Any]:
    response = await client.get(URL(path, encoded=True), headers=headers)
    assert response.status == HTTPStatus.OK
    found: dict[str, Any] = await response.json()
    return found


async def test_an_entry_names_each_variant_once_on_each_pathway(
    client: Client, store: MemoryStore, asset: PublishedAsset
) -> None:
    steered = await playlist(client, "/first-light.m3u8")
    first = steered.variants[0].pathway_id
    assert steered.steering == ContentSteering("steering/first-light", first)
    del asset
    async for plain_client in serve(store, None):
        plain = await playlist(plain_client, "/first-light.m3u8")
        assert plain.steering is None
        pathways = sorted(BOTH, key=lambda pathway: pathway.name != first)
        assert [(each.pathway_id, each.uri) for each in steered.variants] == [
            (pathway.name, pathway.url + each.uri)
            for pathway in pathways
            for each in plain.variants
        ]


async def test_what_the_store_holds_stays_as_it_is(client: Client, asset: PublishedAsset) -> None:
    immutable = await client.get(f"{asset.path}/multivariant.m3u8")
    assert b"PATHWAY" not in await immutable.read()


async def test_another_set_of_pathways_is_another_representation(
    client: Client, store: MemoryStore
) -> None:
    before = await client.get("/first-light.m3u8")
    async for other in serve(store, SteeringRules(BOTH[:1])):
        condition = {"If-None-Match": before.headers["ETag"]}
        after = await other.get("/first-light.m3u8", headers=condition)
        assert after.status == HTTPStatus.OK
        assert after.headers["ETag"] != before.headers["ETag"]


async def test_whoever_configures_no_pathway_has_no_endpoint(store: MemoryStore) -> None:
    async for client in serve(store, None):
        response = await client.get("/steering/first-light")
        assert response.status == HTTPStatus.NOT_FOUND


async def test_a_steering_manifest_is_json_for_everyone_and_kept_by_nobody(client: Client) -> None:
    response = await client.get("/steering/first-light", headers={"Origin": "https://x"})
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    for name in ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control"):
        assert response.headers[name] == "no-store"
    head = await client.head("/steering/first-light")
    assert head.status == HTTPStatus.OK


async def test_a_session_is_made_once_and_brought_along(client: Client) -> None:
    first = await told(client, "/steering/first-light?_HLS_pathway=a")
    again = await told(client, f"/steering/{first['RELOAD-URI']}")
    assert again["RELOAD-URI"] == first["RELOAD-URI"]
    assert first["PATHWAY-PRIORITY"][0] == "a"
    third = await told(client, f"/steering/{again['RELOAD-URI']}")
    assert third["PATHWAY-PRIORITY"] == again["PATHWAY-PRIORITY"]
    assert (await told(client))["RELOAD-URI"] != (await told(client))["RELOAD-URI"]


async def test_the_country_that_a_cdn_tells_comes_first(client: Client) -> None:
    for field in ("CF-IPCountry", "CloudFront-Viewer-Country"):
        for country, first in (("DE", "a"), ("fr", "b")):
            assert (await told(client, **{field: country}))["PATHWAY-PRIORITY"][0] == first
        for nonsense in ("XX", "T1", "Germany", ""):
            assert len((await told(client, **{field: nonsense}))["PATHWAY-PRIORITY"]) == 2


async def test_the_country_is_in_the_field_that_is_named(store: MemoryStore) -> None:
    publish(store)
    country_of = country_by(CircumstanceFields("X-Country"))
    async for client in serve(store, SteeringRules(BOTH), country_of=country_of):
        for country, first in (("DE", "a"), ("FR", "b")):
            ours = {"X-Country": country, "CF-IPCountry": "FR" if country == "DE" else "DE"}
            assert (await told(client, **ours))["PATHWAY-PRIORITY"][0] == first


async def test_who_is_slow_on_a_pathway_is_sent_to_the_other(client: Client) -> None:
    slow = "/steering/x?session=s&_HLS_pathway={}&_HLS_throughput=100000"
    for used, other in (("a", "b"), ("b", "a")):
        said = await told(client, slow.format(used))
        assert said["PATHWAY-PRIORITY"] == [other, used]
        assert said["RELOAD-URI"] == f"x?session=s&avoid={used}"


@pytest.mark.parametrize(
    "query",
    [
        "%",
        "%ff%00",
        "session=%ff",
        "session=" + "a" * 4000,
        "_HLS_throughput=" + "9" * 4000,
        "_HLS_throughput=-1&_HLS_throughput=1",
        "_HLS_pathway=%22a%22&_HLS_pathway=b",
        "session=s%0d%0aSet-Cookie:x&avoid=../../etc",
        "&".join(f"x{number}=1" for number in range(900)),
    ],
)
async def test_a_hostile_query_is_answered_like_any_other(client: Client, query: str) -> None:
    said = await told(client, f"/steering/x?{query}")
    assert sorted(said["PATHWAY-PRIORITY"]) == ["a", "b"]
    assert len(json.dumps(said)) < 400


async def test_a_pathway_that_compresses_whatever_it_may_answers() -> None:
    agents: list[str] = []

    async def healthz(request: Request) -> Response:
        agents.append(request.headers["User-Agent"])
        response = Response(body=b"ok\n")
        response.enable_compression()
        return response

    app = Application()
    app.router.add_get("/healthz", healthz)
    async with TestServer(app) as server:
        probing = Probing([Pathway("a", str(server.make_url("/")))])
        async with probing.running():
            while probing.doubted:  # noqa: ASYNC110 nothing tells of it
                await asyncio.sleep(0.01)
        assert not probing.silent
    assert agents[0] == "soundbridge"


async def test_the_page_may_load_from_the_pathways_and_nowhere_else(
    store: MemoryStore, asset: PublishedAsset
) -> None:
    del asset
    rules = SteeringRules(BOTH, "https://steering.invalid/here/")
    async for client in serve(store, rules):
        policy = (await client.get("/")).headers["Content-Security-Policy"]
        (connect,) = (each for each in policy.split("; ") if each.startswith("connect-src"))
        assert connect == (
            "connect-src 'self' http://127.0.0.1:1 https://b.invalid https://steering.invalid"
        )
        steered = await playlist(client, "/first-light.m3u8")
        assert steered.steering is not None
        there = "https://steering.invalid/here/steering/first-light"
        assert steered.steering.server_uri == there
