"""The parts of the tiers that live as long as a process: a client, a listener, what is on its way.

Where no Redis is configured there is none of it, and lifetimes alone decide: nothing of what asks
Redis is loaded then, which takes a good part of the time in which a process starts.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from origin.beside import kept_beside
from origin.cache.memory import MEMORY_BYTES
from origin.cache.room import look_once_there
from origin.cache.stay import keep_looking
from origin.cache.tell import Tell, tell_nobody
from origin.cache.tiered import Behind, TieredReader
from origin.stores.reader import TIMEOUT_S

if TYPE_CHECKING:
    from origin.cache.connection import Connection
    from origin.cache.shared import SharedTier


class Tiers:
    """The tiers' reader, and what runs beside it within ``running``.

    ``cache`` is the URL of a Redis or Valkey server; raises CacheUnusable where it is none.
    ``store_s`` is how long a read of the store may take.
    """

    def __init__(
        self,
        store: Behind,
        cache: str | None = None,
        *,
        store_s: float = TIMEOUT_S,
        memory_bytes: int = MEMORY_BYTES,
        purged: bool = False,
        on_change: Callable[[str], object] = lambda _: None,
    ) -> None:
        self.connection = None if cache is None else _connection(cache)
        self.shared = None if self.connection is None else _shared(self.connection, store_s)
        self.reader = TieredReader(
            store,
            shared=self.shared,
            memory_bytes=memory_bytes,
            purged=purged,
            on_change=on_change,
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[TieredReader]:
        """Listen for changes while the caller's block runs, then close all."""
        async with AsyncExitStack() as opened:
            opened.push_async_callback(self._close)
            if self.connection is not None:
                from origin.cache.changes import listen  # noqa: PLC0415 see above

                hearing = partial(listen, self.connection.client, self.reader)
                await opened.enter_async_context(kept_beside(hearing, "changes of objects"))
                looking = partial(look_once_there, self.connection)
                await opened.enter_async_context(kept_beside(looking, "room of the cache"))
                if self.shared is not None:
                    staying = partial(keep_looking, self.connection, self.shared.stay)
                    await opened.enter_async_context(kept_beside(staying, "stay in the cache"))
            yield self.reader

    async def _close(self) -> None:
        await self.reader.close()
        if self.shared is not None:
            await self.shared.close()
        if self.connection is not None:
            await self.connection.client.aclose()


def _connection(cache: str) -> "Connection":
    from origin.cache.connection import Connection, connect  # noqa: PLC0415 see above

    return Connection(connect(cache))


def _shared(connection: "Connection", store_s: float) -> "SharedTier":
    from origin.cache.shared import SharedTier  # noqa: PLC0415 see above

    return SharedTier(connection, store_s=store_s)


@asynccontextmanager
async def telling(cache: str | None) -> AsyncIterator[Tell]:
    """Give what tells all processes of changes; raises CacheUnusable."""
    if cache is None:
        yield tell_nobody
        return
    from origin.cache.changes import tell  # noqa: PLC0415 see above

    connection = _connection(cache)
    try:
        yield partial(tell, connection)
    finally:
        await connection.client.aclose()
