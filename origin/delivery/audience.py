"""For whom an answer is, whatever its status: the one place that says it.

What is asked for below ``/t/`` is for token holders, be it there or not: a cache that takes the
whole URL for its key would keep each listener's own copy, errors too. How long whom caches may let
have it then, ``cdn.policy`` decides; to that it matters whether the CDN checks tokens, which is
said of a whole application.
"""

from typing import Final

from aiohttp import hdrs, web

from cdn.policy.cache_control import Audience
from origin.delivery.verified import PREFIX

API_PREFIX: Final = "/v1/"
VARIES_BY_CREDENTIALS: Final = "Authorization, Cookie"
"""Who asks can change what is public, too: what is private is there for its owner."""
HAS_API: Final = web.AppKey("has_api", bool)
CDN_CHECKS_TOKENS: Final = web.AppKey("cdn_checks_tokens", bool)


def _shows_who_asks(request: web.Request) -> bool:
    """Tell whether the API is asked by somebody: what is there for him, others may not see."""
    if not request.path.startswith(API_PREFIX):
        return False
    return hdrs.AUTHORIZATION in request.headers or hdrs.COOKIE in request.headers


def audience_of(request: web.Request) -> Audience:
    """Return for whom the answer to a request is."""
    if not request.path.startswith(PREFIX):
        return Audience.ONE if _shows_who_asks(request) else Audience.ANYONE
    is_checked = request.app.get(CDN_CHECKS_TOKENS, False)
    return Audience.HOLDERS_BEHIND_CDN if is_checked else Audience.TOKEN_HOLDERS
