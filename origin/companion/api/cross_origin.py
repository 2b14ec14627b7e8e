"""Which pages of other sites may use the API, and as whom.

With a key anybody's may: ``*``, as for all that is delivered, has browsers send no cookie. Sites
that an operator names may as who is signed in, too: for them an answer names the site and allows
credentials, and so every answer of the API varies by ``Origin``, be one sent or not. A cookie that
is ``SameSite=Lax`` comes from subdomains of the same site alone, whoever is named.
"""

from typing import Final

from aiohttp import hdrs, web

from cdn.policy.cross_origin import EXPOSED_HEADERS, REQUEST_HEADERS
from origin.delivery.live import VOUCHER
from origin.telemetry.request_id import HEADER as REQUEST_ID_HEADER
from origin.telemetry.requests import REQUEST_ID

PREFIX: Final = "/v1/"
_EXPOSED: Final = (
    f"{EXPOSED_HEADERS}, Idempotency-Replayed, RateLimit, RateLimit-Policy, "
    f"WWW-Authenticate, {REQUEST_ID_HEADER}"
)
_ALLOWED: Final = f"{REQUEST_HEADERS}, Last-Event-ID, Soundbridge-Request, {REQUEST_ID_HEADER}"


class CrossOrigin:
    """Says it on each answer of the API; ``origins`` are those that an operator names."""

    def __init__(self, origins: frozenset[str]) -> None:
        self._origins = origins

    async def put_on(self, request: web.Request, response: web.StreamResponse) -> None:
        """Say it on one answer; a signal of ``on_response_prepare``."""
        if not request.path.startswith(PREFIX):
            return
        headers = response.headers
        headers[REQUEST_ID_HEADER] = request.get(REQUEST_ID, "")
        headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = _EXPOSED
        if hdrs.ACCESS_CONTROL_ALLOW_HEADERS in headers:
            headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = _ALLOWED
        if headers.get(hdrs.CACHE_CONTROL, "").startswith("private"):
            headers["Cross-Origin-Resource-Policy"] = "same-site"
        if not self._origins:
            return
        vary = headers.get(hdrs.VARY)
        headers[hdrs.VARY] = hdrs.ORIGIN if vary is None else f"{vary}, {hdrs.ORIGIN}"
        origin = request.headers.get(hdrs.ORIGIN)
        if origin is not None:
            response.pop(VOUCHER, None)  # the next who asks may be another
        if origin in self._origins:
            headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = str(origin)
            headers[hdrs.ACCESS_CONTROL_ALLOW_CREDENTIALS] = "true"
