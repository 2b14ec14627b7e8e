"""An identity provider: publishes its keys by HTTP, rotates them, and signs as others do.

It is no more than what a server of ours sees of one. The tokens have the forms that Supabase, Auth0
and Keycloak document for access tokens; each test says what is different.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

AUDIENCE: Final = "https://radio.example/api"
_LIFE_S: Final = 300
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def new_key(algorithm: str) -> PrivateKey:
    match algorithm:
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "EdDSA":
            return ed25519.Ed25519PrivateKey.generate()
        case _:
            return rsa.generate_private_key(65_537, 2048)


def public_jwk(key: PrivateKey) -> dict[str, Any]:
    match key:
        case rsa.RSAPrivateKey():
            return dict(RSAAlgorithm.to_jwk(key.public_key(), as_dict=True))
        case ec.EllipticCurvePrivateKey():
            return dict(ECAlgorithm.to_jwk(key.public_key(), as_dict=True))
        case _:
            return dict(OKPAlgorithm.to_jwk(key.public_key(), as_dict=True))


class IdentityProvider:
    """Answers for its discovery document and its keys, and counts how often it is asked."""

    def __init__(self, path: str, algorithm: str) -> None:
        self.path = path
        self.algorithm = algorithm
        self.url = ""
        self.keys: dict[str, PrivateKey] = {}
        self.more_keys: list[dict[str, Any]] = []
        self.asked = {"configuration": 0, "keys": 0}
        self.is_down = False
        self.answers = asyncio.Event()
        self.answers.set()
        self.has_discovery = True
        self.said_issuer: str | None = None
        self.padding = ""
        self.place = ""
        self.rotate("first")

    def rotate(self, kid: str) -> None:
        """Sign with a new key from now on, and publish no other."""
        self.keys = {kid: new_key(self.algorithm)}

    def sign(
        self,
        claims: Mapping[str, Any],
        *,
        key: PrivateKey | None = None,
        algorithm: str | None = None,
        **head: Any,
    ) -> str:
        """Sign claims; what is in ``head`` replaces what it says otherwise, None takes it away."""
        kid, own = next(iter(self.keys.items()))
        headers = {"kid": kid, "typ": "JWT", **head}
        return jwt.encode(
            dict(claims),
            key or own,
            algorithm=algorithm or self.algorithm,
            headers={name: value for name, value in headers.items() if value is not None},
        )

    async def configuration(self, _request: web.Request) -> web.Response:
        self.asked["configuration"] += 1
        await self.answers.wait()
        if self.is_down:
            raise web.HTTPBadGateway
        if not self.has_discovery:
            raise web.HTTPNotFound
        issuer = self.url if self.said_issuer is None else self.said_issuer
        place = self.place or f"{self.url.rstrip('/')}/.well-known/jwks.json"
        return web.json_response({"issuer": issuer, "jwks_uri": place})

    async def key_set(self, _request: web.Request) -> web.Response:
        self.asked["keys"] += 1
        if self.is_down:
            raise web.HTTPBadGateway
        keys = [
            {**public_jwk(key), "kid": kid, "use": "sig", "alg": self.algorithm}
            for kid, key in self.keys.items()
        ]
        return web.Response(
            text=json.dumps({"keys": [*self.more_keys, *keys], "padding": self.padding}),
            content_type="application/json",
        )


@asynccontextmanager
async def identity_provider(
    path: str = "/realms/radio", algorithm: str = "RS256"
) -> AsyncIterator[IdentityProvider]:
    """Run one; ``path`` is that of its issuer URL."""
    provider = IdentityProvider(path, algorithm)
    app = web.Application()
    base = path.rstrip("/")
    app.router.add_get(f"{base}/.well-known/openid-configuration", provider.configuration)
    app.router.add_get(f"{base}/.well-known/jwks.json", provider.key_set)
    async with TestServer(app) as server:
        provider.url = str(server.make_url("/")).rstrip("/") + path
        yield provider


def supabase(provider: IdentityProvider, **different: Any) -> dict[str, Any]:
    """https://supabase.com/docs/guides/auth/jwt-fields."""
    now_s = int(time.time())
    return {
        "aal": "aal1",
        "amr": [{"method": "password", "timestamp": now_s}],
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "aud": "authenticated",
        "email": "ann@example.com",
        "exp": now_s + _LIFE_S,
        "iat": now_s,
        "is_anonymous": False,
        "iss": provider.url,
        "phone": "",
        "role": "authenticated",
        "session_id": "123e4567-e89b-12d3-a456-426614174111",
        "sub": "123e4567-e89b-12d3-a456-426614174000",
        "user_metadata": {"full_name": "Ann Supa"},
        **different,
    }


def auth0(provider: IdentityProvider, **different: Any) -> dict[str, Any]:
    """https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles."""
    now_s = int(time.time())
    return {
        "iss": provider.url,
        "sub": "auth0|6553da60a54af58e29493993",
        "aud": [AUDIENCE, f"{provider.url}userinfo"],
        "iat": now_s,
        "exp": now_s + _LIFE_S,
        "scope": "openid profile email",
        "azp": "K1AUPhZq8mRi0Q0pjhkfu1D7y6KjDQja",
        **different,
    }


def keycloak(provider: IdentityProvider, **different: Any) -> dict[str, Any]:
    """An access token as Keycloak 26 makes it for a client with the scopes profile and email."""
    now_s = int(time.time())
    return {
        "exp": now_s + _LIFE_S,
        "iat": now_s,
        "auth_time": now_s,
        "jti": "onrtac:5b0d9e38-5d0c-4b5d-9a3c-2f0c4e4d8a11",
        "iss": provider.url,
        "aud": [AUDIENCE, "account"],
        "sub": "36fa0f91-f94d-4a0c-afed-6b7d952e47da",
        "typ": "Bearer",
        "azp": "radio-web",
        "sid": "2a88c258-f73a-4103-b862-e1fbd8f4e04e",
        "acr": "1",
        "allowed-origins": ["https://radio.example"],
        "realm_access": {"roles": ["default-roles-radio", "offline_access", "uma_authorization"]},
        "resource_access": {"account": {"roles": ["manage-account", "view-profile"]}},
        "scope": "openid email profile",
        "email_verified": True,
        "name": "Ann Cloak",
        "preferred_username": "ann",
        "given_name": "Ann",
        "family_name": "Cloak",
        "email": "ann@example.com",
        **different,
    }
