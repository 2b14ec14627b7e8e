"""Cloudflare: tags, prefixes and files, 100 a request (Cloudflare API, "Purge Cached Content").

``POST /zones/{zone}/purge_cache`` takes one of ``tags``, ``prefixes`` (without ``https://``) and
``files`` (whole URLs). It says in its content, too, whether it did. Nothing is dropped softly.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import ClientSession, hdrs

from cdn.errors import PurgeRefused, PurgerUnreachable
from cdn.purge.asking import ask, failure_of
from cdn.purge.batch import Batch
from cdn.purge.limits import CLOUDFLARE, Limits
from cdn.purge.target import By, url_of

ENDPOINT: Final = "https://api.cloudflare.com/client/v4"


@dataclass(frozen=True, slots=True)
class Cloudflare:
    """One zone; ``token`` has the permission Cache Purge."""

    client: ClientSession
    zone: str
    token: str
    limits: Limits = CLOUDFLARE["free"]
    public_url: str | None = None
    endpoint: str = ENDPOINT

    async def send(self, batch: Batch) -> None:
        """Have a batch dropped; raises PurgeFailed."""
        match batch.by:
            case By.TAG:
                what = {"tags": list(batch.values)}
            case By.PREFIX:
                urls = (url_of(value, self.public_url) for value in batch.values)
                what = {"prefixes": [url.partition("://")[2] for url in urls]}
            case _:
                what = {"files": [url_of(value, self.public_url) for value in batch.values]}
        await self._ask("POST", f"/zones/{self.zone}/purge_cache", json.dumps(what).encode())

    async def look(self) -> str:
        """See whether the token is one that is good now: it may be allowed nothing but to purge."""
        await self._ask("GET", "/user/tokens/verify")
        return "its API takes the token"

    async def _ask(self, method: str, path: str, content: bytes | None = None) -> None:
        headers: dict[str, str] = {
            hdrs.AUTHORIZATION: f"Bearer {self.token}",
            hdrs.ACCEPT: "application/json",
        }
        if content is not None:
            headers[hdrs.CONTENT_TYPE] = "application/json"
        answer = await ask(self.client, method, f"{self.endpoint}{path}", headers, content)
        failure = failure_of("Cloudflare", answer)
        if failure is not None:
            raise failure
        said = _said(answer.content)
        if said.get("success") is not True:
            raise PurgeRefused(f"Cloudflare did not do it: {said.get('errors')!r}"[:300])


def _said(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PurgerUnreachable("Cloudflare's answer is no JSON.") from error
    return said if isinstance(said, dict) else {}
