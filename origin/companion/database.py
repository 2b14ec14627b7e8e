"""Where the API's rows are: a primary, which everything is written to, and who is read beside it.

A replica is a moment behind. Who can change things is answered by the primary, so that everybody
sees what they wrote; all others, who are most, by the replicas in turn.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from itertools import cycle

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from origin.companion.alongside import parts
from origin.companion.identity.principal import Principal, Role
from origin.delivery.errors import DatabaseUnavailable


class Database:
    """Transactions at the primary, and looks at it or a replica; engines are the caller's."""

    def __init__(self, primary: AsyncEngine, readers: Sequence[AsyncEngine] = ()) -> None:
        self.primary = primary
        self._readers = cycle(readers or [primary])

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncConnection]:
        """Give the block a transaction, which is committed if it ends well; see ``alongside``.

        Raises DatabaseUnavailable.
        """
        with _translated():
            async with self.primary.begin() as connection:
                for part in parts():
                    await part.first(connection)
                yield connection
                for part in parts():
                    await part.last(connection)

    def look(self, principal: Principal | None) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give the block rows as who asks may expect them; raises DatabaseUnavailable."""
        if principal is not None and principal.role >= Role.CREATOR:
            return self.look_now()
        return self._look(next(self._readers))

    def look_now(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give the block rows as they are now, for who asks, what is theirs and what is secret."""
        return self._look(next(self._readers) if self._is_one else self.primary)

    @property
    def _is_one(self) -> bool:
        """Whether who is read beside the primary is never behind: SQLite's other connections."""
        return self.primary.dialect.name == "sqlite"

    @asynccontextmanager
    async def _look(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        with _translated():
            async with engine.connect() as connection:
                yield connection


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PoolTimeout, OSError, TimeoutError) as error:
        raise DatabaseUnavailable from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailable from error
        raise
