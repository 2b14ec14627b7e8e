"""A store in memory that counts what it is asked for, and can be told to wait or to fail."""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from obstore.exceptions import GenericError
from obstore.store import MemoryStore

if TYPE_CHECKING:
    from obstore import Bytes, GetResult  # exist for type checkers alone


class CountingStore(MemoryStore):
    """``asked`` counts reads by key; they wait while ``gate`` is closed, and fail once ``down``.

    ``waiting`` is how many wait now; only those of the key ``gated``, where that is one.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.gate = asyncio.Event()
        self.gate.set()
        self.gated: str | None = None
        self.waiting = 0
        self.down = False
        self.arrived = asyncio.Event()

    async def get_async(self, path: str) -> "GetResult":  # type: ignore[override]  # no options here
        await self._ask(path)
        return await super().get_async(path)

    async def get_range_async(  # type: ignore[override]  # nor lengths
        self, path: str, *, start: int, end: int
    ) -> "Bytes":
        await self._ask(path)
        return await super().get_range_async(path, start=start, end=end)

    async def _ask(self, path: str) -> None:
        self.asked[path] += 1
        self.arrived.set()
        self.waiting += 1
        try:
            if self.gated in {None, path}:
                await self.gate.wait()
        finally:
            self.waiting -= 1
        if self.down:
            raise GenericError("The store is down.")


class AsItWas(CountingStore):
    """Each read tells how things were when it began."""

    async def get_async(self, path: str) -> "GetResult":  # type: ignore[override]
        try:
            found = await MemoryStore.get_async(self, path)
        finally:
            await self._ask(path)
        return found


async def until(holds: Callable[[], bool]) -> None:
    """Let the loop go on until something is so; the test's own limit ends it."""
    while not holds():  # noqa: ASYNC110 nothing tells of it
        await asyncio.sleep(0)
