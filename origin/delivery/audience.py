"""For whom an answer is, whatever its status: the one place that says it.

What is asked for below ``/t/`` is for token holders, be it there or not: a cache that takes the
whole URL for its key would keep each listener's own copy, errors too. How long whom caches may let
have it then, ``cdn.policy`` decides.
"""

from aiohttp import web

from cdn.policy import Audience
from origin.delivery.verified import PREFIX


def audience_of(request: web.BaseRequest) -> Audience:
    """Return for whom the answer to a request is."""
    return Audience.TOKEN_HOLDERS if request.path.startswith(PREFIX) else Audience.ANYONE
