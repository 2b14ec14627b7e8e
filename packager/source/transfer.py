"""One object of a store copied into a file, by a transfer that can be ended while it waits.

A server can send slowly, or nothing at all: whoever needs the copy no more does not wait for that.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import IO, Final

import obstore
from obstore.store import ObjectStore

_LOOK_EVERY_S: Final = 0.2


def copy_object(
    store: ObjectStore,
    key: str,
    file: IO[bytes],
    *,
    limit_bytes: int,
    check_wanted: Callable[[], None],
) -> None:
    """Write what ``key`` holds into ``file``, no more than a part beyond the limit.

    Raises what obstore raises; and what ``check_wanted`` raises, which is called several times a
    second and ends the transfer so. For threads that run no event loop.
    """
    asyncio.run(_while_wanted(_copied(store, key, file, limit_bytes), check_wanted))


async def _while_wanted(
    copying: Coroutine[None, None, None], check_wanted: Callable[[], None]
) -> None:
    transfer = asyncio.create_task(copying)
    try:
        while not transfer.done():
            check_wanted()
            await asyncio.wait({transfer}, timeout=_LOOK_EVERY_S)
    finally:
        transfer.cancel()
        await asyncio.wait({transfer})
    await transfer


async def _copied(store: ObjectStore, key: str, file: IO[bytes], limit_bytes: int) -> None:
    received = 0
    async for part in await obstore.get_async(store, key):
        received += file.write(part)
        if received > limit_bytes:
            break
