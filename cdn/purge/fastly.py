"""Fastly: surrogate keys by the batch, and URLs one by one (Fastly API, "Purging").

``POST /service/{service}/purge`` takes a JSON object with up to 256 ``surrogate_keys``;
``POST /purge/{host}/{path}`` takes a URL. ``Fastly-Soft-Purge: 1`` lets what is there be stale.
"""

import json
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientSession, hdrs

from cdn.errors import PurgeRefused
from cdn.purge.asking import ask, failure_of
from cdn.purge.batch import Batch
from cdn.purge.limits import FASTLY, Limits
from cdn.purge.target import TAG_OF_NOTHING, By, url_of

ENDPOINT: Final = "https://api.fastly.com"


@dataclass(frozen=True, slots=True)
class Fastly:
    """One service; ``token`` has the scope ``purge_select``."""

    client: ClientSession
    service: str
    token: str = field(repr=False)
    public_url: str | None = None
    endpoint: str = ENDPOINT

    @property
    def limits(self) -> Limits:
        """What it takes."""
        return FASTLY

    async def send(self, batch: Batch) -> None:
        """Have a batch dropped; raises PurgeFailed."""
        soft = {"Fastly-Soft-Purge": "1"} if batch.soft else {}
        if batch.by is By.TAG:
            content = json.dumps({"surrogate_keys": batch.values}).encode()
            kind = {hdrs.CONTENT_TYPE: "application/json"}
            await self._ask("POST", f"/service/{self.service}/purge", soft | kind, content)
            return
        if batch.by is By.PREFIX:
            raise PurgeRefused("Fastly drops nothing by prefix: use a tag.")
        for value in batch.values:
            place = url_of(value, self.public_url).partition("://")[2]
            await self._ask("POST", f"/purge/{place}", soft)

    async def look(self) -> str:
        """Drop a key that nothing has: a token may be allowed to purge, and to read nothing."""
        await self.send(Batch(By.TAG, soft=True, values=(TAG_OF_NOTHING,)))
        return "it lets us purge"

    async def _ask(
        self,
        method: str,
        path: str,
        more: dict[str, str] | None = None,
        content: bytes | None = None,
    ) -> None:
        headers = {"Fastly-Key": self.token, hdrs.ACCEPT: "application/json", **(more or {})}
        answer = await ask(self.client, method, f"{self.endpoint}{path}", headers, content)
        failure = failure_of("Fastly", answer)
        if failure is not None:
            raise failure
