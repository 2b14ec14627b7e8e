"""Who asks: by an API key in ``Authorization: Bearer``."""

import re
import time
from collections.abc import Callable
from typing import Final

from aiohttp import hdrs, web

from origin.companion.database import Database
from origin.companion.identity.keys import holder_of
from origin.companion.identity.principal import Principal
from origin.delivery.errors import CredentialsInvalid

_BEARER: Final = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.IGNORECASE)  # RFC 6750 §2.1


class Authenticator:
    """Tells who asks; None where nothing is shown. Raises CredentialsInvalid."""

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    async def __call__(self, request: web.Request) -> Principal | None:
        """Return who asks."""
        shown = request.headers.getall(hdrs.AUTHORIZATION, ())
        if not shown:
            return None
        match = _BEARER.fullmatch(shown[0]) if len(shown) == 1 else None
        if match is None:
            raise CredentialsInvalid("Show one key or token: `Authorization: Bearer ...`.")
        async with self._database.look_now() as connection:
            principal = await holder_of(connection, match[1], now_s=self._clock())
        if principal is None:
            raise CredentialsInvalid("This key is not good, or not any more. Make a new one.")
        return principal
