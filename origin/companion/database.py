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

from origin.companion.identity.principal import Principal, Role
from origin.delivery.errors import DatabaseUnavailable


class Database:
    """Transactions at the primary, and looks at it or a replica; engines are the caller's."""

    def __init__(self, primary: AsyncEngine, readers: Sequence[AsyncEngine] = ()) -> None:
        self.primary = primary
        self._readers = cycle(readers or [primary])

    @asynccontextmanager
    async def change(self) -> AsyncIterator[AsyncConnection]:
        """Give the block a transaction, which is committed if it ends well.

        Raises DatabaseUnavailable.
        """
        with _translated():
            async with self.primary.begin() as connection:
                yield connection

    def look(self, principal: Principal | None) -> AbstractAsyncContextManager[AsyncConnection]:
        """Give the block rows as who asks may expect them; raises DatabaseUnavailable."""
        writes = principal is not None and principal.role >= Role.CREATOR
        return self._look(self.primary if writes and not self._is_one else next(self._readers))

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
