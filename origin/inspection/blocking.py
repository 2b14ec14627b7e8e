"""Blocking calls beside the event loop, each in a thread that nobody has to wait for."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")


async def in_thread(call: Callable[[], Result]) -> Result:
    """Return what ``call`` returns; where this is cancelled, it is left to end by itself.

    Unlike the threads of ``asyncio.to_thread``, it does not hold up the end of the process: a call
    that a deadline has given up may last for minutes more.
    """
    outcome: Future[Result] = Future()
    outcome.set_running_or_notify_cancel()  # from now on, to cancel the wait is not to cancel it

    def work() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # noqa: BLE001  # raised again where it is awaited
            outcome.set_exception(error)

    Thread(target=work, name="blocking call", daemon=True).start()
    return await asyncio.wrap_future(outcome)
