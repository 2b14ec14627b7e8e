"""Varnish, as ``soundbridge edge varnish`` configures it (vmod xkey).

``PURGE {path}`` drops one path, in all codings. ``PURGE /`` with ``Xkey-Purge: tag tag`` drops what
has one of these tags, and ``Xkey-Softpurge`` lets it be stale. Each has ``X-Purge-Secret`` where
there is a secret.
"""

from collections.abc import Mapping

from cdn.errors import PurgeRefused
from cdn.purge.asking import failure_of
from cdn.purge.batch import Batch
from cdn.purge.limits import VARNISH, Limits
from cdn.purge.own import OwnEdge
from cdn.purge.target import TAG_OF_NOTHING, By, path_of


class Varnish(OwnEdge):
    """One Varnish."""

    __slots__ = ()

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
            await self._purge(path_of(value), {})

    async def look(self) -> str:
        """Drop a tag that nothing has."""
        await self._purge("/", {"Xkey-Purge": TAG_OF_NOTHING})
        return "it lets us purge"

    async def _purge(self, path: str, fields: Mapping[str, str]) -> None:
        failure = failure_of(self.place, await self.ask("PURGE", path, fields))
        if failure is not None:
            raise failure
