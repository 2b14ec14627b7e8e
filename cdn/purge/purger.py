"""The interface that all CDNs have in common."""

from typing import Protocol

from cdn.purge.batch import Batch
from cdn.purge.limits import Limits


class Purger(Protocol):
    """One CDN that can be asked to drop something."""

    @property
    def limits(self) -> Limits:
        """What it takes; batches and the pauses between them are the caller's to keep to it."""

    async def send(self, batch: Batch) -> None:
        """Have a batch dropped. It may be given again; raises PurgeFailed."""

    async def look(self) -> str:
        """Drop nothing that is there, and say in a sentence that we may; raises PurgeFailed."""
