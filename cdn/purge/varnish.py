"""Varnish, as ``soundbridge edge varnish`` configures it (vmod xkey).

``PURGE {path}`` drops one path, in all codings. ``PURGE /`` with ``Xkey-Purge: tag tag`` drops what
has one of these tags, and ``Xkey-Softpurge`` lets it be stale. Each has ``X-Purge-Secret`` where
there is a secret.
"""

from dataclasses import dataclass
from typing import Final

from aiohttp import ClientSession, hdrs

from cdn.errors import PurgeRefused
from cdn.purge.asking import ask, failure_of
from cdn.purge.batch import Batch
from cdn.purge.limits import VARNISH, Limits
from cdn.purge.target import TAG_OF_NOTHING, By, path_of

SECRET_FIELD: Final = "X-Purge-Secret"  # noqa: S105 the name of a field


@dataclass(frozen=True, slots=True)
class Varnish:
    """One Varnish at ``place``, ``host:port``; ``host`` is the host that listeners ask it for."""

    client: ClientSession
    place: str
    secret: str | None = None
    host: str | None = None

    @property
    def limits(self) -> Limits:
        """What it takes."""
        return VARNISH

    async def send(self, batch: Batch) -> None:
        """Have a batch dropped; raises PurgeFailed."""
        if batch.by is By.TAG:
            field = "Xkey-Softpurge" if batch.soft else "Xkey-Purge"
            await self._purge("/", {field: " ".join(batch.values)})
            return
        if batch.by is By.PREFIX:
            raise PurgeRefused("Varnish drops nothing by prefix here: use a tag.")
        for value in batch.values:
            await self._purge(path_of(value))

    async def look(self) -> str:
        """Drop a tag that nothing has."""
        await self._purge("/", {"Xkey-Purge": TAG_OF_NOTHING})
        return "it lets us purge"

    async def _purge(self, path: str, more: dict[str, str] | None = None) -> None:
        headers = dict(more or {})
        if self.secret is not None:
            headers[SECRET_FIELD] = self.secret
        if self.host is not None:
            headers[hdrs.HOST] = self.host
        answer = await ask(self.client, "PURGE", f"http://{self.place}{path}", headers)
        failure = failure_of(self.place, answer)
        if failure is not None:
            raise failure
