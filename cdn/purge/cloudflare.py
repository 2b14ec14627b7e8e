"""Cloudflare: tags, prefixes and files, 100 a request (Cloudflare API, "Purge Cached Content").

``POST /zones/{zone}/purge_cache`` takes one of ``tags``, ``prefixes`` (without ``https://``) and
``files`` (whole URLs). It says in its content, too, whether it did. Nothing is dropped softly.
"""

import json
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import ClientSession, hdrs

from cdn.errors import PurgeNotDone, PurgerUnreachable
from cdn.purge.asking import ask, failure_of
from cdn.purge.batch import Batch
from cdn.purge.limits import CLOUDFLARE, Limits
from cdn.purge.target import TAG_OF_NOTHING, By, url_of

ENDPOINT: Final = "https://api.cloudflare.com/client/v4"


@dataclass(frozen=True, slots=True)
class Cloudflare:
    """One zone; ``token`` has the permission Cache Purge."""

    client: ClientSession
    zone: str
    token: str = field(repr=False)
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
        await self._ask(what)

    async def look(self) -> str:
        """Drop a tag that nothing has: where a token is verified depends on whose it is."""
        await self.send(Batch(By.TAG, soft=False, values=(TAG_OF_NOTHING,)))
        return "it lets us purge"

    async def _ask(self, what: dict[str, list[str]]) -> None:
        headers: dict[str, str] = {
            hdrs.AUTHORIZATION: f"Bearer {self.token}",
            hdrs.ACCEPT: "application/json",
            hdrs.CONTENT_TYPE: "application/json",
        }
        url = f"{self.endpoint}/zones/{self.zone}/purge_cache"
        answer = await ask(self.client, "POST", url, headers, json.dumps(what).encode())
        failure = failure_of("Cloudflare", answer)
        if failure is not None:
            raise failure
        said = _said(answer.content)
        if said.get("success") is not True:
            raise PurgeNotDone(f"Cloudflare did not do it: {said.get('errors')!r}"[:300])


def _said(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PurgerUnreachable("Cloudflare's answer is no JSON.") from error
    return said if isinstance(said, dict) else {}
