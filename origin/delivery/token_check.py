"""Whether a token opens something, for edges that have a copy of it: ``/opens/{token}/...``.

An edge asks it for each request that it would answer from its cache (nginx by ``auth_request``,
Varnish by a restart) and gives nothing away but on a 204. All objects of an asset are one question,
and the answer may be kept for a minute, or for as long as the token is good: so an edge asks once a
listener and minute, not once a segment. It is the same answer for every request, unless the token
is bound: then ``Vary`` names the fields that it hangs on.

What is refused is so for a second, lest a flood of bad tokens gets through to here. Nothing is said
that ``/t/{token}/...`` would not say, too, nor whether there is what is asked for.
"""

import time
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs, web

from cdn.policy.cache_control import policy_for
from cdn.policy.lifetime import TOKEN_CHECK_S
from cdn.policy.object_class import ObjectClass
from cdn.signing.bounds import ANYWHERE
from cdn.signing.scope import Scope
from manifests.layout import GROWING_PREFIX, ID_PATTERN, MEDIA_PREFIX
from origin.delivery import problem
from origin.delivery.errors import TokenElsewhere, TokenForAnother, TokenInvalid
from origin.delivery.opening import Opening, TokenRules, Wanted
from origin.delivery.verified import VerifiedToken
from origin.telemetry.requests import OBJECT_CLASS

PREFIX: Final = "/opens/"
REFUSED_S: Final = 1
_SCOPES: Final = "|".join(Scope)
_REFUSALS: Final = (TokenInvalid, TokenForAnother, TokenElsewhere)


class TokenCheck:
    """Answers edges."""

    def __init__(self, opening: Opening, rules: TokenRules) -> None:
        self._opening = opening
        self._rules = rules

    def add_routes(self, app: web.Application) -> None:
        """Register it."""
        checked = f"{PREFIX}{{token}}/{{scope:{_SCOPES}}}"
        folders = f"{{folder:{MEDIA_PREFIX}|{GROWING_PREFIX}}}"
        app.router.add_get(f"{checked}/{{playback_id:{ID_PATTERN}}}", self.check)
        app.router.add_get(f"{checked}/{folders}/{{asset_id:{ID_PATTERN}}}", self.check)

    async def check(self, request: web.Request) -> web.Response:
        """Answer 204 where the token opens it, and 401 or 403 where not."""
        found, known = request.match_info, None
        wanted = Wanted(Scope(found["scope"]), found.get("playback_id"), found.get("asset_id"))
        try:
            known = self._rules.verify(found["token"])
            await self._opening.require(known, wanted, request)
        except _REFUSALS as error:
            return self._finished(problem.answer(error), REFUSED_S, known)
        remaining_s = max(0, int(known.expires_at_s - time.time()))
        return self._finished(web.Response(status=HTTPStatus.NO_CONTENT), remaining_s, known)

    def _finished(
        self, response: web.Response, remaining_s: int, known: VerifiedToken | None
    ) -> web.Response:
        """Say for how long an answer holds, and on what it hangs."""
        # More never remains, so that what is decided for one minute is decided once.
        remaining_s = min(remaining_s, TOKEN_CHECK_S)
        policy = policy_for(ObjectClass.TOKEN_CHECK, remaining_s=remaining_s)
        response.headers.update(policy.headers)
        response[OBJECT_CLASS] = ObjectClass.TOKEN_CHECK
        bounds = ANYWHERE if known is None else known.said.bounds
        varies_by = self._rules.circumstances.varies_by(bounds)
        if varies_by is not None:
            response.headers[hdrs.VARY] = varies_by
        return response
