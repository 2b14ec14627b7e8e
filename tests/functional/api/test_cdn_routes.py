"""The routes of the policy against the program itself: each class is where they say, and as it."""

import pytest
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore

from cdn.policy.cache_control import Audience, policy_for
from cdn.policy.cache_key import without_token
from cdn.policy.object_class import ObjectClass
from cdn.policy.route import ANYWHERE, ROUTES, Route, route_of
from cdn.policy.table import markdown
from origin.app import create_app
from origin.companion.identity.principal import Role
from tests.conformance.test_cache_headers import GROWN, PUBLISHED, growing
from tests.functional.api.endpoints_of import objects_of, path_for
from tests.functional.api.service import Service, over_sqlite_alone
from tests.sources.published import publish
from tests.unit.test_repository import ROOT


def class_told(tags: str) -> ObjectClass | None:
    named = (tag.removeprefix("class-") for tag in tags.split() if tag.startswith("class-"))
    return next(map(ObjectClass, named), None)


async def test_what_is_answered_at_an_address_is_what_its_route_says() -> None:
    store = MemoryStore()
    publish(store)
    seen = set()
    async with TestClient(TestServer(create_app(store))) as client:
        for path, _, _ in PUBLISHED:
            answer = await client.get(path)
            told = class_told(answer.headers.get("Surrogate-Key", ""))
            assert told is None or told in {*route_of(path.partition("?")[0]).classes, *ANYWHERE}
            assert ("Vary" in answer.headers) <= route_of(path.partition("?")[0]).is_coded
            seen.add(told)
    assert {ObjectClass.SEGMENT, ObjectClass.ENTRY_MPD, ObjectClass.PUBLIC_API} <= seen


async def test_what_grows_is_where_its_route_says() -> None:
    async with growing(1) as origin:
        for path, _, _ in GROWN:
            told = class_told((await origin.ask("GET", path)).headers.get("Surrogate-Key", ""))
            assert told is None or told in route_of(path).classes


@over_sqlite_alone
async def test_the_api_is_where_its_route_says(service: Service) -> None:
    for path in ("/v1/tracks", "/v1/search?q=a", "/openapi.json", "/docs", "/sign-in", "/upload"):
        answer = await service.client.get(path)
        told = class_told(answer.headers.get("Surrogate-Key", ""))
        assert told in route_of(path.partition("?")[0]).classes, path


@over_sqlite_alone
async def test_every_address_of_the_program_has_a_route_of_its_own_kind(service: Service) -> None:
    """What keeps by credentials is the API, and pages; whatever plays can be under a token."""
    for resource in service.client.app.router.resources():
        path = resource.canonical.replace("{", "").replace("}", "")
        route = route_of(path)
        assert route.passes_credentials == (
            path.startswith("/v1/") or route.name in {"page", "api"}
        ), path
        _, token = without_token(f"/t/a.b.c{path}")
        assert (token is not None) == route.under_token


@over_sqlite_alone
async def test_whatever_is_said_to_one_reader_is_told_to_be_kept_by_nobody(
    service: Service,
) -> None:
    """By every endpoint and by HEAD, events and exports among them."""
    policy = policy_for(ObjectClass.PRIVATE, audience=Audience.ONE)
    ann = await service.user(Role.ADMIN)
    ids = await objects_of(service, ann)
    read = [each for each in service.companion.endpoints if each.method == "GET"]
    assert any(each.streams for each in read)
    for endpoint in read:
        for method in ("GET", "HEAD"):
            answer = await service.ask(method, path_for(endpoint, ids), ann)
            told = {name: answer.headers.get(name) for name in policy.headers}
            if answer.status < 400:
                assert told == policy.headers, (method, endpoint.path)
                assert answer.headers["Cross-Origin-Resource-Policy"] == "same-site"
            else:
                assert all("no-store" in str(value) for value in told.values()), endpoint.path
            answer.close()


@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
def test_what_varies_by_who_asks_is_never_kept_for_those_who_say_who_they_are(route: Route) -> None:
    private = {ObjectClass.PRIVATE, ObjectClass.PARTIAL_LISTING}
    assert route.passes_credentials or private.isdisjoint(route.classes)


def test_the_documentation_has_the_table_that_the_policy_makes() -> None:
    written = (ROOT / "cdn" / "README.md").read_text()
    assert markdown() in written, "put in what `soundbridge edge policy` prints"
