"""Who asks: by an API key or a token in ``Authorization: Bearer``, or by the cookie of a session.

What is shown in ``Authorization`` has to be good. A cookie that is not good any more counts for
nothing: browsers send it with everything, be it for everyone.
"""

import re
import time
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import hdrs, web

from origin.companion.database import Database
from origin.companion.identity import keys
from origin.companion.identity.client import Clients
from origin.companion.identity.forgery import (
    CUSTOM_HEADER,
    Provenance,
    changes_things,
    require_own_page,
)
from origin.companion.identity.principal import Principal
from origin.companion.identity.session import cookie, rows
from origin.companion.identity.uses import Uses
from origin.delivery.errors import CredentialsInvalid

_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)  # RFC 6750 §2.1
_SECRET: Final = re.compile(r"[a-z0-9]{1,64}")

Tokens = Callable[[str, float], Awaitable[Principal]]
"""Tells whose an identity provider's token is, at a time; raises CredentialsInvalid."""


class Authenticator:
    """Tells who asks; None where nothing is shown. Raises CredentialsInvalid, CrossSiteRequest.

    Pages of ``trusted_origins`` may change things for who is signed in, like our own.
    """

    def __init__(
        self,
        database: Database,
        clients: Clients | None = None,
        uses: Uses | None = None,
        tokens: Tokens | None = None,
        *,
        trusted_origins: frozenset[str] = frozenset(),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._database = database
        self._clients = clients or Clients()
        self._uses = uses or Uses(database)
        self._tokens = tokens
        self._trusted_origins = trusted_origins
        self._clock = clock

    async def __call__(self, request: web.Request) -> Principal | None:
        """Return who asks."""
        shown = request.headers.getall(hdrs.AUTHORIZATION, ())
        now_s = self._clock()
        if not shown:
            principal = await self._by_session(request, now_s)
        else:
            match = _BEARER.fullmatch(shown[0]) if len(shown) == 1 else None
            if match is None:
                raise CredentialsInvalid("Show one key or token: `Authorization: Bearer ...`.")
            principal = await self._by_bearer(match[1], now_s)
        if principal is not None:
            self._uses.note(principal, now_s)
        return principal

    def shown(self, request: web.Request) -> str | None:
        """Return what would be looked up, None where there is nothing."""
        said = request.headers.getall(hdrs.AUTHORIZATION, ())
        return "\n".join(said) if said else self.session_secret(request)

    async def _by_bearer(self, text: str, now_s: float) -> Principal:
        if self._tokens is not None and text.count(".") == 2:  # noqa: PLR2004 RFC 7515 §3.1
            return await self._tokens(text, now_s)
        async with self._database.look_now() as connection:
            principal = await keys.holder_of(connection, text, now_s=now_s)
        if principal is None:
            raise CredentialsInvalid("This key is not good, or not any more. Make a new one.")
        return principal

    async def _by_session(self, request: web.Request, now_s: float) -> Principal | None:
        secret = self.session_secret(request)
        if secret is None:
            return None
        async with self._database.look_now() as connection:
            principal = await rows.holder_of(connection, secret, now_s=now_s)
        if principal is not None and changes_things(request.method):
            self.require_own_page(request)
        return principal

    def session_secret(self, request: web.Request) -> str | None:
        """Return what the cookie of a session holds, None where there is none."""
        if hdrs.COOKIE not in request.headers:
            return None
        said = request.cookies.get(cookie.name_of(secure=self._clients.is_secure(request)))
        return said if said is not None and _SECRET.fullmatch(said) else None

    def cookie(self, request: web.Request, secret: str, *, life_s: int) -> str:
        """Return the ``Set-Cookie`` that has the client keep a secret."""
        return cookie.setting(secret, secure=self._clients.is_secure(request), life_s=life_s)

    def require_own_page(self, request: web.Request) -> None:
        """Raise CrossSiteRequest where a page of another site may have sent a request."""
        scheme = "https" if self._clients.is_secure(request) else "http"
        require_own_page(
            Provenance(
                own_origin=f"{scheme}://{request.host}",
                site=request.headers.get("Sec-Fetch-Site"),
                origin=request.headers.get(hdrs.ORIGIN),
                has_custom_header=CUSTOM_HEADER in request.headers,
            ),
            self._trusted_origins,
        )
