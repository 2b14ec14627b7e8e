"""Tokens of identity providers: which let in, as whom, and which do not."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import func, select, update

from origin.companion.access import Access, Issuers, RoleClaim
from origin.companion.identity.principal import Role
from origin.companion.identity.tables import users
from tests.functional.api.bearers import me
from tests.functional.api.service import Service, User, over_sqlite_alone
from tests.servers.identity_provider import (
    AUDIENCE,
    IdentityProvider,
    auth0,
    keycloak,
    new_key,
    public_jwk,
    supabase,
)

pytestmark = pytest.mark.long_if("postgresql")

Form = Callable[..., dict[str, Any]]
Roles = dict[str, Any]


@pytest.fixture
def roles() -> Roles:
    """For whom tokens are, and what they say of roles."""
    return {"audiences": (AUDIENCE,)}


@pytest.fixture
def access(provider: IdentityProvider, roles: Roles) -> Access:
    return Access(Issuers((provider.url,), **roles))


def of_roles(claim: str, audience: str = AUDIENCE) -> Roles:
    return {"audiences": (audience,), "creators": (RoleClaim(claim, "creator"),)}


FORMS = (
    (
        supabase, ("/auth/v1", "ES256"), of_roles("app_metadata.role", "authenticated"),
        {"app_metadata": {"provider": "email", "role": "creator"}}, "Ann Supa",
    ),
    (
        auth0, ("/", "RS256"), of_roles("https://radio.example/roles"),
        {"https://radio.example/roles": ["creator"]}, "New user",
    ),
    (
        keycloak, ("/realms/radio", "RS256"), of_roles("realm_access.roles"),
        {"realm_access": {"roles": ["offline_access", "creator"]}}, "Ann Cloak",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("form", "where", "roles", "has_role", "name"), FORMS)
async def test_the_forms_of_three_providers(
    service: Service, provider: IdentityProvider, form: Form, has_role: Any, name: str
) -> None:
    first = await me(service, provider.sign(form(provider)))
    assert (first["role"], first["name"], first["means"]) == ("listener", name, "token")
    again = await me(service, provider.sign(form(provider, **has_role)))
    assert (again["id"], again["role"]) == (first["id"], "creator")
    back = await me(service, provider.sign(form(provider)))
    assert (back["id"], back["role"]) == (first["id"], "listener")
    other = await me(service, provider.sign(form(provider, sub="somebody-else")))
    assert other["id"] != first["id"]


async def test_without_a_claim_roles_are_the_databases(
    service: Service, provider: IdentityProvider
) -> None:
    token = provider.sign(keycloak(provider))
    who = await me(service, token)
    async with service.database.change() as connection:
        await connection.execute(update(users).where(users.c.id == who["id"]).values(role=3))
    assert (await me(service, token))["role"] == "admin"


OF_SUPABASE = {"audiences": ("authenticated",), "admins": (RoleClaim("role", "admin"),)}


@pytest.mark.parametrize("roles", [OF_SUPABASE])
async def test_what_users_say_of_themselves_gives_no_role(
    service: Service, provider: IdentityProvider
) -> None:
    said = supabase(provider, user_metadata={"role": "admin"})
    assert (await me(service, provider.sign(said)))["role"] == "listener"


IN_REALM = of_roles("realm_access.roles")


def saying(provider: IdentityProvider, role: str, ago_s: float | None) -> str:
    """Sign a token that gives a role, issued so long ago, or it does not say when."""
    issued = {} if ago_s is None else {"iat": int(time.time() - ago_s)}
    claims = keycloak(provider, realm_access={"roles": [role]})
    del claims["iat"]
    return provider.sign(claims | issued)


@pytest.mark.parametrize("roles", [IN_REALM])
@pytest.mark.parametrize(
    "said",
    [
        [("creator", 300, "creator"), ("listener", 200, "listener"), ("creator", 300, "listener")],
        [("listener", 300, "listener"), ("creator", 200, "creator"), ("listener", 300, "creator")],
        [
            ("listener", 300, "listener"),
            ("listener", 100, "listener"),
            ("creator", 200, "listener"),
        ],
        [("listener", 100, "listener"), ("creator", None, "listener"), ("creator", 90, "creator")],
        [("creator", None, "creator"), ("listener", None, "listener"), ("creator", 9, "creator")],
    ],
    ids=["raises", "lowers", "said again", "without a time", "never with one"],
)
async def test_an_older_token_does_not_say_what_a_role_is(
    service: Service, provider: IdentityProvider, said: list[tuple[str, float | None, str]]
) -> None:
    tokens = {(role, ago_s): saying(provider, role, ago_s) for role, ago_s, _ in said}
    for role, ago_s, now in said:
        assert (await me(service, tokens[role, ago_s]))["role"] == now
        async with service.database.look_now() as connection:
            kept = Role(await connection.scalar(select(users.c.role)) or 0)
        assert kept.name.lower() == now


@pytest.mark.parametrize("roles", [IN_REALM])
async def test_of_many_tokens_at_once_the_newest_says_the_role(
    service: Service, provider: IdentityProvider
) -> None:
    await me(service, saying(provider, "creator", 250))
    older = [saying(provider, "creator", 200 - ago_s) for ago_s in range(8)]
    newest = saying(provider, "listener", 100)
    await asyncio.gather(*(me(service, token) for token in (*older[:4], newest, *older[4:])))
    assert (await me(service, older[-1]))["role"] == "listener"


@over_sqlite_alone
@pytest.mark.parametrize(
    "different",
    [
        {"iss": "https://evil.example"},
        {"aud": "https://other.example"},
        {"aud": ["account"]},
        {"aud": None},
        {"exp": 1},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"exp": 10**400},
        {"iat": "now"},
        {"iat": True},
        {"iat": float("nan")},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"sub": ""},
        {"sub": None},
        {"sub": 7},
        {"sub": "a\0b"},
        {"sub": "x" * 300},
        {"typ": "ID"},
        {"typ": "Refresh"},
        {"typ": ["Bearer"]},
        {"typ": {}},
    ],
)
async def test_tokens_that_are_not_good(
    service: Service, provider: IdentityProvider, different: dict[str, Any]
) -> None:
    claims = {k: v for k, v in keycloak(provider, **different).items() if v is not None}
    problem = await me(service, provider.sign(claims), 401)
    assert problem["code"] == "credentials_invalid"
    async with service.database.look_now() as connection:
        assert await connection.scalar(select(func.count()).select_from(users)) == 0


async def test_a_clock_may_be_a_little_wrong(service: Service, provider: IdentityProvider) -> None:
    now_s = int(time.time())
    await me(service, provider.sign(keycloak(provider, exp=now_s - 20, nbf=now_s + 20)))


def b64(said: bytes) -> str:
    return base64.urlsafe_b64encode(said).rstrip(b"=").decode()


def signed_by_hand(algorithm: str, claims: dict[str, Any], secret: bytes) -> str:
    """Return a token by an algorithm that no library of ours would sign with."""
    head = b64(json.dumps({"alg": algorithm, "kid": "first", "typ": "JWT"}).encode())
    body = b64(json.dumps(claims).encode())
    if not algorithm.startswith("HS"):
        return f"{head}.{body}."
    mac = hmac.new(secret, f"{head}.{body}".encode(), f"sha{algorithm[2:]}")
    return f"{head}.{body}.{b64(mac.digest())}"


@over_sqlite_alone
async def test_algorithms_are_not_confused(service: Service, provider: IdentityProvider) -> None:
    claims = keycloak(provider)
    good = provider.sign(claims)
    await me(service, good)
    public = next(iter(provider.keys.values())).public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    jwk = json.dumps(public_jwk(next(iter(provider.keys.values())))).encode()
    for secret in (pem, pem.rstrip(), jwk):
        for algorithm in ("none", "None", "NONE", "", "HS256", "HS384", "HS512"):
            await me(service, signed_by_hand(algorithm, claims, secret), 401)


ODD: tuple[Any, ...] = ([], ["RS256"], {}, {"a": 1}, 7, 1.5, True, None, "")


@over_sqlite_alone
@pytest.mark.parametrize("field", ["alg", "kid", "typ", "iss"])
@pytest.mark.parametrize("odd", ODD, ids=repr)
async def test_fields_of_odd_types_are_no_fault_of_ours(
    service: Service, provider: IdentityProvider, field: str, odd: Any
) -> None:
    head = {"alg": "RS256", "kid": "unknown", "typ": "JWT"}
    claims = keycloak(provider)
    (claims if field == "iss" else head)[field] = odd
    token = ".".join(b64(json.dumps(part).encode()) for part in (head, claims)) + ".AAAA"
    problem = await me(service, token, 401)
    assert problem["code"] == "credentials_invalid"


@over_sqlite_alone
async def test_what_others_signed_is_not_good(service: Service, provider: IdentityProvider) -> None:
    claims = keycloak(provider)
    good, other = provider.sign(claims), new_key("RS256")
    for forged in (
        good.rpartition(".")[0] + ".",
        good[:-8] + "AAAAAAAA",
        provider.sign(claims, key=other),
        provider.sign(claims, key=new_key("ES256"), algorithm="ES256"),
        provider.sign(claims, key=other, jwk=public_jwk(other), kid="theirs"),
        provider.sign(claims, key=other, jku="https://evil.example/keys", kid="theirs"),
        provider.sign(claims, key=other, x5u="https://evil.example/cert", kid="theirs"),
        provider.sign(claims, key=other, x5c=["MIIB"], kid="first"),
        provider.sign(claims, key=other, kid="../../../../dev/null"),
        provider.sign(claims, key=other, kid="first' OR '1'='1"),
        provider.sign(claims, b64=False, crit=["b64"]),
        provider.sign(claims, algorithm="RS512"),
        provider.sign(claims, crit=["exp"]),
        provider.sign(claims, typ="logout+jwt"),
    ):
        await me(service, forged, 401)


async def test_a_user_who_was_erased_begins_anew(
    service: Service, provider: IdentityProvider
) -> None:
    token = provider.sign(keycloak(provider))
    first = await me(service, token)
    assert (await service.ask("DELETE", "/v1/me", User("", token))).status == 202
    assert (await me(service, token))["id"] != first["id"]


@pytest.mark.parametrize("access", [Access()])
async def test_without_issuers_no_token_is_good(
    service: Service, provider: IdentityProvider
) -> None:
    await me(service, provider.sign(keycloak(provider)), 401)
