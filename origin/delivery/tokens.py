"""Playback tokens on the way in: ``/t/{token}/...`` in front of all that plays.

A token opens the entry of its playback id, and what is below ``/media`` and ``/growing`` of the
asset behind that: of all its revisions, since a listener in the middle of one stays there when
another is published. It opens nothing else. URIs in playlists are relative, so a player that began
under a token stays under it.

What is sent is the same with and without, but for what caches are told: a token ends, and what a
shared cache stored under its URL would go on for a year. So ``Cache-Control`` is ``private`` there,
and the fields for CDNs forbid them to store it (RFC 9213), unless ``checked_by_cdn``: a CDN that
checks the token and leaves it out of the cache key is told the object's own lifetime. So that
something is not there is said only of what the token opens, and a refusal is kept by nobody.

Where tokens are required, what plays is refused without one; the list, the page and the probes are
not. Where they are not, a token is looked at when there is one.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler

from cdn.errors import TokenExpired, TokenRefused
from cdn.policy.object_class import ObjectClass
from cdn.signing.keys import jwk_set
from cdn.signing.token import KeyRing
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody
from origin.delivery.errors import NotFound, TokenForAnother, TokenInvalid, TokenMissing
from origin.delivery.published import Published
from origin.delivery.verified import PREFIX, VerifiedToken, VerifiedTokens

JWK_SET_PATH: Final = "/.well-known/jwks.json"
_JWK_SET: Final = ObjectKind(ObjectClass.KEYS, "application/jwk-set+json")  # RFC 7517 §8.5.2


@dataclass(frozen=True, slots=True)
class TokenRules:
    """Which tokens are good, whether there has to be one, and which are known already.

    ``checked_by_cdn`` says that the CDN gives nobody what their own token does not open.
    """

    keys: KeyRing
    required: bool = False
    checked_by_cdn: bool = False
    verified: VerifiedTokens = field(default_factory=VerifiedTokens)


class TokenGate:
    """Lets requests through to what plays; without ``rules`` there are no tokens."""

    def __init__(self, published: Published, rules: TokenRules | None) -> None:
        self._published = published
        self._rules = rules

    def routes(self, path: str, handler: Handler) -> Sequence[web.RouteDef]:
        """Return the routes to ``path``, which has a playback id or an asset id in it."""
        rules = self._rules
        if rules is None:
            return [web.get(path, handler)]

        async def under_token(request: web.Request) -> web.StreamResponse:
            await self._admit(request, rules)
            return await handler(request)

        without = _refuse if rules.required else handler
        return [web.get(path, without), web.get(f"{PREFIX}{{token}}{path}", under_token)]

    async def _admit(self, request: web.Request, rules: TokenRules) -> None:
        """Return where the token opens what is asked for."""
        found = request.match_info
        known = _verified(found["token"], rules)
        playback_id = found.get("playback_id")
        if playback_id is None:
            is_open = await self._is_behind(known, found["asset_id"])
        else:
            is_open = playback_id == known.playback_id
        if not is_open:
            raise TokenForAnother("This token opens something else.")

    async def _is_behind(self, known: VerifiedToken, asset_id: str) -> bool:
        """Tell whether the token's playback id plays this asset, or has done so before."""
        if known.is_for_asset(asset_id):
            return True
        try:
            entry = await self._published.entry(known.playback_id)
        except NotFound:  # but what is asked for may be there, for others
            return False
        if entry.asset_id != asset_id:
            return False
        known.add_asset(asset_id)
        return True


def add_jwk_set(app: web.Application, keys: KeyRing, responder: Responder) -> None:
    """Publish the keys, for edges that look at tokens themselves."""
    content = jwk_set(keys.keys)
    digest = sha256(content).hexdigest()
    resource = Resource(_JWK_SET, digest, MemoryBody(content))

    async def answer(request: web.Request) -> web.Response:
        return await responder.answer(request, resource)

    app.router.add_get(JWK_SET_PATH, answer)


async def _refuse(_request: web.Request) -> web.StreamResponse:
    raise TokenMissing("This plays with a token in front of it: /t/{token}/...")


def _verified(text: str, rules: TokenRules) -> VerifiedToken:
    """Return what a token opens, from memory or from its signature."""
    now_s = time.time()
    token = text.encode()
    known = rules.verified.find(token, now_s)
    if known is not None:
        return known
    try:
        said = rules.keys.verify(text, now_s)
    except TokenExpired as error:
        raise TokenInvalid(
            "This token has expired; ask for a new one where it came from."
        ) from error
    except TokenRefused as error:
        raise TokenInvalid("This is no token that is good here.") from error
    return rules.verified.remember(token, said.playback_id, said.expires_at_s)
