"""What every answer of the API has: budgets, origins, names of requests; and what describes it."""

import re
from collections.abc import Iterator

import pytest
from redis.asyncio import Redis

from origin.cache.connection import Connection
from origin.companion.access import Access, Budgets
from origin.companion.api.budgets import ADDRESS, USER, Budget, BudgetSpent, SharedCounter
from origin.delivery.problem import status_of
from origin.web.page import CONTENT_SECURITY_POLICY
from tests.functional.api.service import NOW_S, Service
from tests.minutes import early_in_a_minute
from tests.servers.valkey import Valkey, valkey

FEW = Access(budgets=Budgets(user_per_min=3, address_per_min=2))
CLIENT = {"X-Forwarded-For": "192.0.2.1"}
"""Without it, there is the proxy alone, which speaks for many."""

APP = "https://app.example"
NAMED = Access(origins=(APP,))


@pytest.mark.parametrize("access", [FEW])
async def test_users_and_addresses_have_their_own_budgets(service: Service) -> None:
    await early_in_a_minute()
    ann, bob = await service.user(), await service.user(number=1)
    for by, name, quota in ((ann, USER, 3), (bob, USER, 3), (None, ADDRESS, 2)):
        for left in reversed(range(quota)):
            response = await service.ask("GET", "/v1/artists", by, headers=CLIENT)
            assert response.status == 200
            assert response.headers["RateLimit-Policy"] == f'"{name}";q={quota};w=60'
            assert re.fullmatch(rf'"{name}";r={left};t=\d+', response.headers["RateLimit"])
        spent = await service.ask("GET", "/v1/artists", by, headers=CLIENT)
        assert spent.status == 429
        assert 0 < int(spent.headers["Retry-After"]) <= 60
        assert spent.headers["RateLimit"].startswith(f'"{name}";r=0;t=')


@pytest.mark.parametrize("access", [FEW])
async def test_bad_credentials_count_for_the_address(service: Service) -> None:
    await early_in_a_minute()
    bad = {"Authorization": "Bearer sb_no_key", **CLIENT}
    statuses = [(await service.ask("GET", "/v1/artists", headers=bad)).status for _ in range(4)]
    assert statuses == [401, 401, 429, 429]


@pytest.mark.parametrize("access", [FEW])
async def test_addresses_behind_a_proxy_are_told_apart(service: Service) -> None:
    for last in range(6):
        response = await service.ask(
            "GET", "/v1/artists", headers={"X-Forwarded-For": f"192.0.2.{last}"}
        )
        assert response.status == 200


@pytest.mark.parametrize("access", [Access(budgets=Budgets(0, 0))])
async def test_no_limit_is_said_by_nothing(service: Service) -> None:
    assert "RateLimit" not in (await service.ask("GET", "/v1/artists")).headers


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    with valkey(tmp_path_factory.mktemp("valkey")) as server:
        yield server


async def test_processes_share_what_users_have(cache: Valkey) -> None:
    async with Redis.from_url(cache.url) as one, Redis.from_url(cache.url) as two:
        counters = [SharedCounter(Connection(client)) for client in (one, two)]
        budget = Budget(USER, 4)
        now_s = NOW_S - NOW_S % 60
        used = [await budget.take(counters[n % 2], "ann", now_s) for n in range(4)]
        assert [use.used for use in used if use] == [1, 2, 3, 4]
        with pytest.raises(BudgetSpent):
            await budget.take(counters[0], "ann", now_s)
        half = await budget.take(counters[1], "ann", now_s + 60 + 45)
        assert half is not None
        assert half.used == 1 + int(5 * 0.25)
        assert 0 < await one.ttl(f"soundbridge:budget:user:ann:{int(now_s // 60)}") <= 125


async def test_without_the_cache_a_process_counts_alone() -> None:
    async with Redis.from_url("redis://127.0.0.1:1/0") as nobody:
        counter, budget = SharedCounter(Connection(nobody)), Budget(USER, 2)
        for _ in range(2):
            await budget.take(counter, "ann", NOW_S)
        with pytest.raises(BudgetSpent):
            await budget.take(counter, "ann", NOW_S)


async def test_any_site_may_ask_without_cookies(service: Service) -> None:
    answer = (await service.ask("GET", "/v1/artists", headers={"Origin": APP})).headers
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert "Origin" not in answer["Vary"].split(", ")
    exposed = answer["Access-Control-Expose-Headers"].split(", ")
    assert {"Location", "RateLimit"} <= set(exposed)
    assert len(exposed) == len(set(exposed))
    allowed = await service.client.options(
        "/v1/artists", headers={"Origin": APP, "Access-Control-Request-Method": "POST"}
    )
    names = allowed.headers["Access-Control-Allow-Headers"].split(", ")
    assert len(names) == len(set(names))


@pytest.mark.parametrize("access", [NAMED])
async def test_sites_that_are_named_may_ask_with_cookies(service: Service) -> None:
    for origin, allowed in ((APP, APP), ("https://evil.example", "*"), (None, "*"), ("null", "*")):
        sent = {} if origin is None else {"Origin": origin}
        for method in ("GET", "POST"):  # a problem, too, has to be readable
            answer = (await service.ask(method, "/v1/artists", headers=sent)).headers
            assert answer["Access-Control-Allow-Origin"] == allowed
            assert ("Access-Control-Allow-Credentials" in answer) is (allowed == APP)
            assert "Origin" in answer["Vary"].split(", ")


@pytest.mark.parametrize("access", [NAMED])
async def test_preflights_allow_what_the_api_takes(service: Service) -> None:
    asked = {
        "Origin": APP,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization, idempotency-key, if-match",
    }
    path = "/v1/artists/someone"
    answer = (await service.ask("OPTIONS", path, headers=asked)).headers
    assert answer["Access-Control-Allow-Origin"] == APP
    assert answer["Access-Control-Allow-Credentials"] == "true"
    assert {"PATCH", "DELETE", "GET"} <= set(answer["Access-Control-Allow-Methods"].split(", "))
    allowed = {each.lower() for each in answer["Access-Control-Allow-Headers"].split(", ")}
    assert {"authorization", "idempotency-key", "if-match", "content-type"} <= allowed


@pytest.mark.parametrize("access", [NAMED])
async def test_delivery_is_everybodys(service: Service) -> None:
    answer = (await service.ask("GET", "/nothing.m3u8", headers={"Origin": APP})).headers
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Origin" not in answer.get("Vary", "")


async def test_every_answer_has_the_name_of_its_request(service: Service) -> None:
    for path, status in (("/v1/artists", 200), ("/v1/artists/nobody", 404), ("/v1/me", 401)):
        ours = await service.ask("GET", path)
        assert ours.status == status
        assert re.fullmatch(r"[0-9a-f]+-[0-9a-f]+", ours.headers["X-Request-Id"])
        theirs = await service.ask("GET", path, headers={"X-Request-Id": "theirs-1"})
        assert theirs.headers["X-Request-Id"] == "theirs-1"
        forged = await service.ask("GET", path, headers={"X-Request-Id": "a b<script>"})
        assert "script" not in forged.headers["X-Request-Id"]


async def test_what_is_ones_own_is_embedded_nowhere(service: Service) -> None:
    answer = (await service.ask("GET", "/v1/me", await service.user())).headers
    assert answer["Cross-Origin-Resource-Policy"] == "same-site"


async def test_the_document_has_every_error(service: Service) -> None:
    document = await service.get("/openapi.json")
    for endpoint in service.companion.endpoints:
        responses = document["paths"][endpoint.path][endpoint.method.lower()]["responses"]
        for error in endpoint.raises:
            assert error.code in responses[str(int(status_of(error)))]["description"]
        needed = {"429"} | ({"401", "403"} if endpoint.who.role is not None else set())
        assert needed <= responses.keys()


async def test_the_page_of_the_api_has_every_operation_and_no_script(service: Service) -> None:
    response = await service.ask("GET", "/docs")
    page = await response.text()
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert response.content_type == "text/html"
    for endpoint in service.companion.endpoints:
        assert f"id='{endpoint.name}'" in page
        assert endpoint.path in page
        assert endpoint.protocol is None or endpoint.protocol.url in page
        assert all(field.name in page for field in (*endpoint.takes_fields, *endpoint.gives_fields))
    assert "<script" not in page
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    for link in set(re.findall(r"href='#([^']+)'", page)):
        assert f"id='{link}'" in page


async def test_the_sign_in_page_loads_nothing_from_elsewhere(service: Service) -> None:
    response = await service.ask("GET", "/sign-in")
    page = await response.text()
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    for path in re.findall(r"(?:src|href)=\"([^\"]+)\"", page):
        assert path.startswith("companion/")
        assert (await service.ask("GET", f"/{path}")).status == 200
    assert "<script>" not in page
    assert "style=" not in page


async def test_a_word_is_no_id(service: Service) -> None:
    ann = await service.user()
    for path, allowed in (
        ("/v1/assets/events", "GET, HEAD, OPTIONS"),
        ("/v1/uploads/tus", "OPTIONS, POST"),
    ):
        response = await service.ask("DELETE", path, ann)
        assert (response.status, response.headers["Allow"]) == (405, allowed)
    assert (await service.ask("DELETE", "/v1/assets/events2", ann)).status == 404


async def test_whole_numbers_are_numbers(service: Service) -> None:
    ann = await service.user()
    draft = {"name": "x", "scopes": ["read"]}
    await service.post("/v1/me/keys", ann, draft | {"expires_in_s": 7200.0})
    for bad in (7200.5, "7200", True, 1e400, -1.0):
        problem = await service.post("/v1/me/keys", ann, draft | {"expires_in_s": bad}, 422)
        assert problem["errors"][0]["pointer"] == "#/expires_in_s"


async def test_what_is_wrong_with_all_of_a_body_points_at_all_of_it(service: Service) -> None:
    """RFC 6901 §6: ``#`` is the whole document, ``#/`` its member without a name."""
    ann = await service.user()
    bodies: tuple[object, ...] = ([], "artist", 7)
    for body in bodies:
        problem = await service.post("/v1/artists", ann, body, 422)
        assert [each["pointer"] for each in problem["errors"]] == ["#"]
