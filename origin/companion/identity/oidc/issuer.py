"""An identity provider's keys: fetched when they are first needed, and kept.

They are fetched anew once they are old, while the old ones go on being good for as long again, and
at once where a token names one that is not among them: keys are rotated. Older ones, of a time in
which nobody asked, are good only where the provider does not answer, for a day: one that was taken
back since, because it was stolen, lets nobody in. Who shows such a one waits for the provider, but
for a moment only while it does not answer. Never twice at a time, and not again for a while,
whatever tokens say. Who shows one that is not among those that are there is told to try again where
the provider does not answer: it may be among those to come.
"""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
import structlog

from origin.companion.identity.oidc.keys import KeysUnreadable, VerifyingKey, read_keys
from origin.companion.identity.oidc.token import Unverified, key_for
from origin.delivery.errors import IssuerUnavailable

FRESH_S: Final = 600.0
WAITED_FOR_S: Final = 2 * FRESH_S
GOOD_S: Final = 86_400.0
PAUSE_S: Final = 30.0
_FETCH_S: Final = 5.0
_SCHEDULED_S: Final = 1.0
"""By which whoever waits for a fetch outlasts it."""
_SHORT_S: Final = 0.5
"""Within this, a provider that is well has answered."""
_BYTES_MAX: Final = 256 * 1024
_DISCOVERY: Final = "/.well-known/openid-configuration"
_WITHOUT_DISCOVERY: Final = "/.well-known/jwks.json"
_NOT_FOUND: Final = 404

_log = structlog.get_logger("soundbridge.identity")


class _Unfetched(Exception):
    """Something was not to be had; the message says what."""


class Issuer:
    """One identity provider at ``url``; ``client`` is the caller's to close."""

    def __init__(self, url: str, client: aiohttp.ClientSession, clock: Callable[[], float]) -> None:
        self.url = url.rstrip("/")
        self._client = client
        self._clock = clock
        self._keys: tuple[VerifyingKey, ...] = ()
        self._fetched_s = self._tried_s = self._failed_s = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key_for(self, unverified: Unverified) -> VerifyingKey | None:
        """Return the key that a token is signed with, None where it is none of this provider's.

        Raises IssuerUnavailable.
        """
        age_s = self._clock() - self._fetched_s
        found = key_for(self._keys, unverified) if age_s < GOOD_S else None
        if found is not None and age_s < FRESH_S:
            return found
        fetching = self._fetch()
        if found is not None and age_s < WAITED_FOR_S:
            return found  # and the next one has those that come
        if fetching is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience_s(found)):
                    await asyncio.shield(fetching)
        if self._clock() - self._fetched_s >= GOOD_S:
            raise IssuerUnavailable
        found = key_for(self._keys, unverified)
        if found is None and self._failed_s > self._fetched_s:
            raise IssuerUnavailable
        return found

    def _patience_s(self, found: VerifyingKey | None) -> float:
        """Return how long to wait for keys; beside old ones not long, if lately in vain."""
        now_s = self._clock()
        if found is None or now_s - self._failed_s >= FRESH_S:
            return _FETCH_S + _SCHEDULED_S
        return max(_SHORT_S - (now_s - self._tried_s), 0.0)

    def _fetch(self) -> "asyncio.Task[None] | None":
        """Begin to fetch the keys, or return who does; None where that was tried just now."""
        if self._fetching is None:
            if self._clock() - self._tried_s < PAUSE_S:
                return None
            self._tried_s = self._clock()
            self._fetching = asyncio.create_task(self._fetched(), name="identity provider's keys")
            self._fetching.add_done_callback(self._forget)
        return self._fetching

    def _forget(self, _task: "asyncio.Task[None]") -> None:
        self._fetching = None

    async def _fetched(self) -> None:
        try:
            async with asyncio.timeout(_FETCH_S):
                keys = read_keys(await self._read(await self._place()))
        except (aiohttp.ClientError, OSError, ValueError, _Unfetched, KeysUnreadable) as error:
            _log.warning("identity provider's keys not fetched", issuer=self.url, cause=repr(error))
            self._failed_s = self._clock()
            return
        self._keys, self._fetched_s, self._failed_s = keys, self._clock(), float("-inf")

    async def _place(self) -> str:
        """Return where the keys are (OpenID Connect Discovery §4)."""
        try:
            said: Any = json.loads(await self._read(self.url + _DISCOVERY))
        except FileNotFoundError:
            return self.url + _WITHOUT_DISCOVERY
        except (ValueError, RecursionError) as error:
            raise _Unfetched("what it says of itself is no JSON") from error
        if not isinstance(said, dict) or str(said.get("issuer", "")).rstrip("/") != self.url:
            raise _Unfetched("it says that it is another issuer")
        place = said.get("jwks_uri")
        if not isinstance(place, str) or urlsplit(place).scheme != urlsplit(self.url).scheme:
            raise _Unfetched("it does not say where its keys are")
        return place

    async def _read(self, url: str) -> bytes:
        async with self._client.get(url, allow_redirects=False) as response:
            if response.status == _NOT_FOUND:
                raise FileNotFoundError(url)
            if response.status != 200:  # noqa: PLR2004 OK
                raise _Unfetched(f"{url} answers {response.status}")
            content = bytearray()
            async for part in response.content.iter_any():
                content += part
                if len(content) > _BYTES_MAX:
                    raise _Unfetched(f"{url} has more than {_BYTES_MAX} bytes")
            return bytes(content)
