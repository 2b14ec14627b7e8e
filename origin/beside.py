"""Work that goes on beside a block, and ends with it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any, Final

import structlog

PAUSE_MIN_S: Final = 2.0
PAUSE_MAX_S: Final = 60.0

_log = structlog.get_logger("soundbridge")


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Do some work, in a task of this name, while the caller's block runs.

    Raises what the work has raised, once the block has ended.
    """
    task = asyncio.create_task(work, name=name)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def kept_beside(
    begin: Callable[[], Coroutine[Any, Any, None]], name: str, *, pause_s: float = PAUSE_MIN_S
) -> AbstractAsyncContextManager[None]:
    """Do what ``begin`` begins while the caller's block runs, and begin it again where it fails.

    That is logged; ``pause_s`` is the first pause, which grows as long as the work fails soon.
    """
    return beside(_again_and_again(begin, name, pause_s), name)


async def _again_and_again(
    begin: Callable[[], Coroutine[Any, Any, None]], name: str, first_pause_s: float
) -> None:
    task, pause_s = asyncio.current_task(), first_pause_s
    while True:
        began_s = time.monotonic()
        try:
            await begin()
        except asyncio.CancelledError:
            if task is None or task.cancelling():
                raise
            _log.exception("what goes on beside was cancelled by another", work=name)
        except Exception:  # noqa: BLE001 nobody would do it for as long as the process lives
            _log.exception("what goes on beside has failed", work=name)
        else:
            return
        if task is not None and task.cancelling():
            return  # it failed while it ended
        if time.monotonic() - began_s > PAUSE_MAX_S:
            pause_s = first_pause_s
        await asyncio.sleep(pause_s)
        pause_s = min(pause_s * 2, PAUSE_MAX_S)
