"""Writing behind: what is held in memory goes into the database again and again, and at the end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from origin.delivery.errors import DatabaseUnavailable

_AT_END_S: Final = 2.0


async def keep_writing(
    write: Callable[[], Awaitable[object]], every_s: float, failed: Callable[[str], None]
) -> None:
    """Write until cancelled, and once more then; ``failed`` is told why it could not be done."""

    async def tried() -> None:
        try:
            await write()
        except (DatabaseUnavailable, SQLAlchemyError) as error:
            failed(str(error.__cause__ or error).partition("\n")[0])

    try:
        while True:
            await asyncio.sleep(every_s)
            await tried()
    finally:
        with suppress(TimeoutError):
            await asyncio.wait_for(tried(), _AT_END_S)
