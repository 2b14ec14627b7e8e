"""Signing a browser in with the token of an identity provider, in place of a one-time link."""

from typing import Any

import pytest
from aiohttp import ClientResponse

from origin.companion.access import Access, Issuers, RoleClaim
from tests.functional.api.service import Service, User
from tests.servers.identity_provider import AUDIENCE, IdentityProvider, keycloak

PATH = "/v1/me/session"
SAME = {"Sec-Fetch-Site": "same-origin"}
CREATOR = {"realm_access": {"roles": ["creator"]}}


@pytest.fixture
def access(provider: IdentityProvider) -> Access:
    creators = (RoleClaim("realm_access.roles", "creator"),)
    return Access(Issuers((provider.url,), audiences=(AUDIENCE,), creators=creators))


async def sign_in(service: Service, shown: str, **headers: str) -> ClientResponse:
    said = {"Authorization": f"Bearer {shown}"} if shown else {}
    response = await service.client.post(PATH, headers={**SAME, **said, **headers})
    service.client.session.cookie_jar.clear()
    return response


async def said(response: ClientResponse) -> tuple[int, Any]:
    return response.status, (await response.json()).get("code")


async def test_who_shows_a_token_is_signed_in(service: Service, provider: IdentityProvider) -> None:
    token = provider.sign(keycloak(provider, **CREATOR))
    response = await sign_in(service, token)
    assert response.status == 201, await response.text()
    assert "HttpOnly; SameSite=Lax" in response.headers["Set-Cookie"]
    cookie = {"Cookie": response.headers["Set-Cookie"].partition(";")[0]}
    who = await (await service.ask("GET", "/v1/me", headers=cookie)).json()
    known = await service.get("/v1/me", User("", token))
    assert (who["id"], who["role"], who["means"]) == (known["id"], "creator", "session")
    artist = {"name": "Ann", "handle": "ann"}
    made = await service.ask("POST", "/v1/artists", None, artist, {**cookie, **SAME})
    assert made.status == 201
    deeds = await service.get("/v1/me/audit", User("", token))
    assert deeds["items"][-1]["means"] == "token"
    out = await service.ask("DELETE", PATH, headers={**cookie, **SAME})
    assert out.status == 204
    assert (await service.ask("GET", "/v1/me", headers=cookie)).status == 401


async def test_a_key_signs_nobody_in(service: Service) -> None:
    response = await sign_in(service, (await service.user()).key)
    assert await said(response) == (403, "key_signs_nobody_in")
    assert "Set-Cookie" not in response.headers


async def test_a_token_that_is_not_good_signs_nobody_in(
    service: Service, provider: IdentityProvider
) -> None:
    for claims in ({"exp": 1}, {"aud": "https://other.example"}, {"iss": "https://evil.example"}):
        token = provider.sign(keycloak(provider, **claims))
        assert await said(await sign_in(service, token)) == (401, "credentials_invalid")
    assert await said(await sign_in(service, "")) == (401, "sign_in_unproven")


async def test_a_session_begins_no_other(service: Service, provider: IdentityProvider) -> None:
    first = await sign_in(service, provider.sign(keycloak(provider)))
    cookie = first.headers["Set-Cookie"].partition(";")[0]
    assert await said(await sign_in(service, "", Cookie=cookie)) == (401, "sign_in_unproven")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
async def test_a_page_of_another_site_signs_nobody_in(
    service: Service, provider: IdentityProvider, site: str
) -> None:
    token = provider.sign(keycloak(provider))
    response = await sign_in(service, token, **{"Sec-Fetch-Site": site})
    assert await said(response) == (403, "cross_site_request")
