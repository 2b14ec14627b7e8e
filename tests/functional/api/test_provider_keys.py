"""The keys that identity providers sign with: which are taken, and when a provider is asked."""

import asyncio

import pytest
from sqlalchemy import func, select

from origin.companion.access import Access, Issuers
from origin.companion.identity.oidc import issuer as issuer_module
from origin.companion.identity.tables import identities
from tests.functional.api.bearers import me
from tests.functional.api.service import Service
from tests.servers.identity_provider import AUDIENCE, IdentityProvider, keycloak

pytestmark = pytest.mark.long_if("postgresql")

WELL_BEFORE_S = 3.0  # it gives up

Clock = list[float]


@pytest.fixture
def access(provider: IdentityProvider) -> Access:
    return Access(Issuers((provider.url,), audiences=(AUDIENCE,)))


async def test_keys_are_rotated(service: Service, provider: IdentityProvider, clock: Clock) -> None:
    before = provider.sign(keycloak(provider))
    await me(service, before)
    provider.rotate("second")
    after = provider.sign(keycloak(provider))
    await me(service, after, 401)  # asked for a moment ago
    clock[0] += issuer_module.PAUSE_S
    await me(service, after)
    await me(service, before, 401)


async def test_a_key_that_was_taken_back_in_a_quiet_time_lets_nobody_in(
    service: Service, provider: IdentityProvider, clock: Clock
) -> None:
    """Nobody else has asked meanwhile, so the keys that are there are hours old."""
    stolen = provider.sign(keycloak(provider))
    await me(service, stolen)
    provider.rotate("second")
    clock[0] += 6 * 3_600
    refused = await asyncio.gather(*(me(service, stolen, 401) for _ in range(5)))
    assert {each["code"] for each in refused} == {"credentials_invalid"}
    assert provider.asked["keys"] == 2
    await me(service, provider.sign(keycloak(provider)))


async def test_old_keys_let_in_where_the_provider_does_not_answer_and_it_is_not_asked_each_time(
    service: Service, provider: IdentityProvider, clock: Clock
) -> None:
    token = provider.sign(keycloak(provider))
    await me(service, token)
    provider.is_down = True
    clock[0] += issuer_module.WAITED_FOR_S + 1
    await me(service, token)  # it was waited for in vain
    await me(service, token)
    assert provider.asked["configuration"] == 2
    provider.answers.clear()
    clock[0] += issuer_module.PAUSE_S
    for _ in range(2):
        await asyncio.wait_for(me(service, token), WELL_BEFORE_S)
    assert provider.asked["configuration"] == 3
    provider.answers.set()


async def test_a_key_that_was_taken_back_lets_nobody_in_once_the_provider_answers_again(
    service: Service, provider: IdentityProvider, clock: Clock
) -> None:
    stolen = provider.sign(keycloak(provider))
    await me(service, stolen)
    clock[0] += 6 * 3_600
    provider.is_down = True
    await me(service, stolen)  # nobody can tell
    provider.is_down = False
    provider.rotate("second")
    clock[0] += issuer_module.PAUSE_S
    await me(service, stolen, 401)


async def test_keys_that_nobody_has_cost_no_requests(
    service: Service, provider: IdentityProvider
) -> None:
    for number in range(10):
        await me(service, provider.sign(keycloak(provider), kid=f"unknown-{number}"), 401)
    await me(service, provider.sign(keycloak(provider)))
    assert provider.asked == {"configuration": 1, "keys": 1}


async def test_many_at_once_ask_once(service: Service, provider: IdentityProvider) -> None:
    token = provider.sign(keycloak(provider))
    who = await asyncio.gather(*(me(service, token) for _ in range(20)))
    assert len({each["id"] for each in who}) == 1
    assert provider.asked["keys"] == 1
    async with service.database.look_now() as connection:
        assert await connection.scalar(select(func.count()).select_from(identities)) == 1


async def test_a_provider_that_is_away(
    service: Service, provider: IdentityProvider, clock: Clock
) -> None:
    token = provider.sign(keycloak(provider))
    provider.is_down = True
    problem = await me(service, token, 503)
    assert problem["code"] == "identity_provider_unavailable"
    provider.is_down = False
    clock[0] += issuer_module.PAUSE_S
    await me(service, token)
    provider.is_down = True
    clock[0] += issuer_module.FRESH_S + 1
    await me(service, token)
    clock[0] += issuer_module.GOOD_S
    await me(service, token, 503)


@pytest.mark.parametrize("where", [("/auth/v1/", "EdDSA")])
async def test_a_provider_without_discovery_and_with_a_trailing_slash(
    service: Service, provider: IdentityProvider
) -> None:
    provider.has_discovery = False
    await me(service, provider.sign(keycloak(provider)))
    await me(service, provider.sign(keycloak(provider), kid=None))


async def test_a_provider_that_says_nonsense(
    service: Service, provider: IdentityProvider, clock: Clock
) -> None:
    token = provider.sign(keycloak(provider))
    provider.said_issuer = "https://evil.example"
    await me(service, token, 503)
    provider.said_issuer = None
    provider.padding = "x" * 300_000
    clock[0] += issuer_module.PAUSE_S
    await me(service, token, 503)
    provider.padding = ""
    weak = [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "first"}, 7, {"kty": "oct", "k": "c2V"}]
    provider.more_keys = [*weak, {"kty": "EC", "crv": "P-256", "x": "é", "y": 1, "kid": "first"}]  # type: ignore[list-item]
    clock[0] += issuer_module.PAUSE_S
    await me(service, token)
    for place in ("http://[", "http://its keys", "http://\0/"):
        provider.place = place
        clock[0] += issuer_module.WAITED_FOR_S
        await me(service, token)  # by the keys that are there


async def test_a_key_that_nobody_can_ask_about_is_not_said_to_be_wrong(
    service: Service, provider: IdentityProvider, clock: Clock
) -> None:
    """A client would throw its token away, and have somebody sign in again."""
    before = provider.sign(keycloak(provider))
    await me(service, before)
    provider.rotate("second")
    provider.is_down = True
    clock[0] += issuer_module.PAUSE_S
    after = provider.sign(keycloak(provider))
    for _ in range(2):
        assert (await me(service, after, 503))["code"] == "identity_provider_unavailable"
    await me(service, before)
    provider.is_down = False
    clock[0] += issuer_module.PAUSE_S
    await me(service, after)
    await me(service, before, 401)
