"""For whom an answer is, whatever its status: the one place that says it.

What is asked for below ``/t/`` is for token holders, be it there or not: a cache that takes the
whole URL for its key would keep each listener's own copy, errors too. How long whom caches may let
have it then, ``cdn.policy`` decides; to that it matters whether the CDN checks tokens, which is
said of a whole application.
"""

from typing import Final

from aiohttp import web

from cdn.policy import Audience
from origin.delivery.verified import PREFIX

CDN_CHECKS_TOKENS: Final = web.AppKey("cdn_checks_tokens", bool)


def audience_of(request: web.Request) -> Audience:
    """Return for whom the answer to a request is."""
    if not request.path.startswith(PREFIX):
        return Audience.ANYONE
    is_checked = request.app.get(CDN_CHECKS_TOKENS, False)
    return Audience.HOLDERS_BEHIND_CDN if is_checked else Audience.TOKEN_HOLDERS
