"""Playback tokens on the way in: ``/t/{token}/...`` in front of all that plays.

What a token opens, ``opening`` says. URIs in playlists are relative, so a player that began under a
token stays under it.

What is sent is the same with and without, but for what caches are told: a token ends, and what a
shared cache stored under its URL would go on for a year. So ``Cache-Control`` is ``private`` there,
and the fields for CDNs forbid them to store it (RFC 9213), unless ``checked_by_cdn``: a CDN that
checks the token and leaves it out of the cache key is told the object's own lifetime. A refusal is
kept by nobody.

Where a token is bound to pages or countries, ``Vary`` names the fields by which that was decided:
not every browser keeps apart what it was given on one site and on another. A CDN that checks tokens
is not told so, for it keeps one copy for all: it says itself what ``token_check`` has said to it.

Where tokens are required, what plays is refused without one; the list, the covers that it shows,
the page and the probes are not. Where they are not, a token is looked at when there is one.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler

from cdn.policy.object_class import ObjectClass
from cdn.signing.keys import jwk_set
from cdn.signing.scope import scope_of_path
from cdn.signing.token import KeyRing
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource, Responder
from origin.delivery.body import MemoryBody
from origin.delivery.errors import TokenMissing
from origin.delivery.opening import Opening, TokenRules, Wanted
from origin.delivery.published import Published
from origin.delivery.token_check import TokenCheck
from origin.delivery.verified import PREFIX

__all__ = ["JWK_SET_PATH", "TokenGate", "TokenRules", "add_jwk_set"]

JWK_SET_PATH: Final = "/.well-known/jwks.json"
_JWK_SET: Final = ObjectKind(ObjectClass.KEYS, "application/jwk-set+json")  # RFC 7517 §8.5.2


class TokenGate:
    """Lets requests through to what plays; without ``rules`` there are no tokens."""

    def __init__(self, published: Published, rules: TokenRules | None) -> None:
        self._published = published
        self._rules = rules

    def routes(self, path: str, handler: Handler) -> Sequence[web.RouteDef]:
        """Return the routes to ``path``, which has a playback id or an asset id in it."""
        rules = self._rules
        without = _refuse if rules is not None and rules.required else handler
        return [web.get(path, without), *self._under_token(path, handler)]

    def open_routes(self, path: str, handler: Handler) -> Sequence[web.RouteDef]:
        """Return the routes to what is no secret, and may be asked for beside a token, too."""
        return [web.get(path, handler), *self._under_token(path, handler)]

    def _under_token(self, path: str, handler: Handler) -> Sequence[web.RouteDef]:
        rules = self._rules
        if rules is None:
            return []
        opening = Opening(self._published, rules.circumstances)

        async def under_token(request: web.Request) -> web.StreamResponse:
            found, scope = request.match_info, scope_of_path(request.path)
            wanted = Wanted(scope, found.get("playback_id"), found.get("asset_id"))
            known = rules.verify(found["token"])
            await opening.require(known, wanted, request)
            response = await handler(request)
            varies_by = rules.circumstances.varies_by(known.said.bounds)
            if varies_by is not None and not rules.checked_by_cdn:
                before = response.headers.get(hdrs.VARY)
                response.headers[hdrs.VARY] = ", ".join(filter(None, (before, varies_by)))
            return response

        return [web.get(f"{PREFIX}{{token}}{path}", under_token)]

    def removed(self, asset_id: str) -> None:
        """Let no token open an asset that was removed."""
        if self._rules is not None:
            self._rules.verified.removed(asset_id)

    def add_check(self, app: web.Application) -> None:
        """Let edges ask whether tokens open what they hold."""
        rules = self._rules
        if rules is not None:
            TokenCheck(Opening(self._published, rules.circumstances), rules).add_routes(app)


def add_jwk_set(app: web.Application, keys: KeyRing, responder: Responder) -> None:
    """Publish the keys, for edges that look at tokens themselves; but for those that are secret."""
    content = jwk_set(keys.public_keys)
    digest = sha256(content).hexdigest()
    resource = Resource(_JWK_SET, digest, MemoryBody(content))

    async def answer(request: web.Request) -> web.Response:
        return await responder.answer(request, resource)

    app.router.add_get(JWK_SET_PATH, answer)


async def _refuse(_request: web.Request) -> web.StreamResponse:
    raise TokenMissing("This plays with a token in front of it: /t/{token}/...")
