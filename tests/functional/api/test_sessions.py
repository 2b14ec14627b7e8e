"""Signing in by a one-time link, and what a cookie is good for after that."""

from typing import Any

import pytest
from aiohttp import ClientResponse
from sqlalchemy import update

from origin.companion.access import Access
from origin.companion.identity.administration import link_for
from origin.companion.identity.session.rows import IDLE_S, LINK_LIFE_S
from origin.companion.identity.tables import sessions, sign_in_links
from tests.functional.api.service import NOW_S, Service, over_sqlite_alone

PATH = "/v1/me/session"
SAME = {"Sec-Fetch-Site": "same-origin"}
NAME = "soundbridge-session"


async def link(service: Service, user_id: str, now_s: float = NOW_S) -> str:
    async with service.database.change() as connection:
        return await link_for(connection, user_id, now_s=now_s)


async def sign_in(service: Service, token: str, **headers: str) -> ClientResponse:
    return await service.ask("POST", PATH, None, {"token": token}, {**SAME, **headers})


def cookie_of(response: ClientResponse) -> dict[str, str]:
    name, _, value = response.headers["Set-Cookie"].partition(";")[0].partition("=")
    return {"Cookie": f"{name}={value}"}


async def signed_in(service: Service, **headers: str) -> tuple[str, dict[str, str]]:
    """Return a user's id and what a browser sends."""
    ann = await service.user()
    response = await sign_in(service, await link(service, ann.id), **headers)
    assert response.status == 201, await response.text()
    service.client.session.cookie_jar.clear()
    return ann.id, cookie_of(response)


async def me(service: Service, cookie: dict[str, str]) -> Any:
    response = await service.ask("GET", "/v1/me", headers=cookie)
    return await response.json() if response.status == 200 else response.status


async def test_a_link_signs_in_once(service: Service) -> None:
    ann = await service.user()
    token = await link(service, ann.id)
    response = await sign_in(service, token)
    assert (await response.json())["user_id"] == ann.id
    attributes = response.headers["Set-Cookie"].split("; ")[1:]
    assert set(attributes) == {"Path=/", "Max-Age=2592000", "HttpOnly", "SameSite=Lax"}
    who = await me(service, cookie_of(response))
    assert (who["id"], who["means"]) == (ann.id, "session")
    again = await sign_in(service, token)
    assert (again.status, (await again.json())["code"]) == (401, "sign_in_link_invalid")


async def test_a_link_is_good_for_a_quarter_of_an_hour(service: Service) -> None:
    ann = await service.user()
    token = await link(service, ann.id)
    async with service.database.change() as connection:
        await connection.execute(update(sign_in_links).values(expires_s=LINK_LIFE_S))
    assert (await sign_in(service, token)).status == 401


async def test_by_https_the_cookie_is_this_hosts_alone(service: Service) -> None:
    https = {"X-Forwarded-Proto": "https"}
    user_id, cookie = await signed_in(service, **https)
    assert cookie["Cookie"].startswith(f"__Host-{NAME}=")
    assert (await me(service, {**cookie, **https}))["id"] == user_id
    plain = {"Cookie": cookie["Cookie"].removeprefix("__Host-")}
    assert await me(service, {**plain, **https}) == 401


async def test_signing_in_again_ends_the_session_before(service: Service) -> None:
    user_id, first = await signed_in(service)
    response = await sign_in(service, await link(service, user_id), **first)
    assert cookie_of(response) != first
    service.client.session.cookie_jar.clear()
    assert await me(service, first) == 401
    assert (await me(service, cookie_of(response)))["id"] == user_id


async def test_signing_out_is_at_once(service: Service) -> None:
    user_id, first = await signed_in(service)
    second = cookie_of(await sign_in(service, await link(service, user_id)))
    third = cookie_of(await sign_in(service, await link(service, user_id)))
    service.client.session.cookie_jar.clear()
    out = await service.ask("DELETE", PATH, headers={**first, **SAME})
    assert out.status == 204
    assert f"{NAME}=; Path=/; Max-Age=0" in out.headers["Set-Cookie"]
    assert await me(service, first) == 401
    assert (await me(service, third))["id"] == user_id
    await service.ask("DELETE", f"{PATH}?everywhere=true", headers={**third, **SAME})
    assert [await me(service, each) for each in (second, third)] == [401, 401]


@pytest.mark.parametrize("column", ["seen_s", "expires_s"])
async def test_sessions_end_by_themselves(service: Service, column: str) -> None:
    _, cookie = await signed_in(service)
    await service.companion.uses.write()
    long_ago = {"seen_s": sessions.c.seen_s - IDLE_S - 1, "expires_s": 1.0}[column]
    async with service.database.change() as connection:
        await connection.execute(update(sessions).values({column: long_ago}))
    assert await me(service, cookie) == 401


async def test_a_cookie_that_is_not_good_hides_nothing_public(service: Service) -> None:
    for said in ("x" * 39, "é", "", "a;b"):
        cookie = {"Cookie": f"{NAME}={said}"}
        assert (await service.ask("GET", "/v1/artists", headers=cookie)).status == 200


FORGED: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Soundbridge-Request": "1"},
    {"Origin": "https://evil.example"},
    {"Origin": "https://evil.example", "Soundbridge-Request": "1"},
    {"Origin": "null"},
    {},
)


@over_sqlite_alone
@pytest.mark.parametrize("said", FORGED)
async def test_other_sites_change_nothing(service: Service, said: dict[str, str]) -> None:
    user_id, cookie = await signed_in(service)
    token = await link(service, user_id)
    for method, path, body in (
        ("PATCH", "/v1/me", {"name": "Mallory"}),
        ("POST", "/v1/artists", {"name": "M", "handle": "mallory"}),
        ("DELETE", PATH, None),
        ("POST", PATH, {"token": token}),
    ):
        response = await service.ask(method, path, None, body, {**cookie, **said})
        assert (response.status, (await response.json())["code"]) == (403, "cross_site_request")
    assert (await me(service, cookie))["name"] == "Ann"


async def test_our_own_pages_and_programs_change_things(service: Service) -> None:
    _, cookie = await signed_in(service)
    own = f"http://{service.client.host}:{service.client.port}"
    for number, said in enumerate((SAME, {"Origin": own}, {"Soundbridge-Request": "1"})):
        changed = await service.ask(
            "PATCH", "/v1/me", None, {"name": f"N {number}"}, {**cookie, **said}
        )
        assert changed.status == 200
    assert (await me(service, cookie))["name"] == "N 2"


@pytest.mark.parametrize("access", [Access(origins=("https://app.example",))])
async def test_a_trusted_site_changes_things_and_another_does_not(
    service: Service, access: Access
) -> None:
    _, cookie = await signed_in(service)
    for origin, status in ((access.origins[0], 200), ("https://app.example.evil", 403)):
        said = {"Origin": origin, "Sec-Fetch-Site": "same-site"}
        changed = await service.ask("PATCH", "/v1/me", None, {"name": "A"}, {**cookie, **said})
        assert changed.status == status


@over_sqlite_alone
async def test_what_anyone_may_is_done_for_who_is_signed_in_from_another_site(
    service: Service,
) -> None:
    """A player at another host of the same site has the browser send the cookie along."""
    _, cookie = await signed_in(service)
    body = {"plays": [{"track_id": "0123456789abcdefghjk"}]}
    for said in ({"Sec-Fetch-Site": "same-site"}, {"Origin": "https://listen.example"}, {}):
        answer = await service.ask("POST", "/v1/plays", None, body, {**cookie, **said})
        assert answer.status == 200, await answer.text()
        draft = {"name": "Ann", "handle": "ann"}
        refused = await service.ask("POST", "/v1/artists", None, draft, {**cookie, **said})
        assert (await refused.json())["code"] == "cross_site_request"
    forged = await sign_in(service, "x", **{**cookie, "Sec-Fetch-Site": "same-site"})
    assert (await forged.json())["code"] == "cross_site_request"
