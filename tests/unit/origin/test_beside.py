"""What goes on beside a block, when it fails."""

import asyncio

from structlog.testing import capture_logs

from origin.beside import kept_beside

WITHIN_S = 10.0


class Fails(Exception):
    """What nobody expected."""


async def test_work_that_fails_twice_goes_on() -> None:
    begun, goes_on = [], asyncio.Event()

    async def work() -> None:
        begun.append(asyncio.current_task())
        if len(begun) <= 2:
            raise Fails
        goes_on.set()
        await asyncio.Event().wait()

    with capture_logs() as logged:
        async with kept_beside(work, "counting", pause_s=0.01):
            await asyncio.wait_for(goes_on.wait(), WITHIN_S)
    assert len(begun) == 3
    said = [(each["log_level"], each["work"], each["exc_info"]) for each in logged]
    assert said == [("error", "counting", True)] * 2


async def test_work_that_waits_for_what_somebody_else_cancelled_goes_on() -> None:
    begun, goes_on = [], asyncio.Event()

    async def work() -> None:
        begun.append(1)
        if len(begun) == 1:
            others: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            others.cancel()
            await others
        goes_on.set()
        await asyncio.Event().wait()

    with capture_logs() as logged:
        async with kept_beside(work, "waiting", pause_s=0.01):
            await asyncio.wait_for(goes_on.wait(), WITHIN_S)
    assert len(begun) == 2
    assert [(each["log_level"], each["work"]) for each in logged] == [("error", "waiting")]


async def test_work_that_ends_is_not_begun_again() -> None:
    begun = []

    async def work() -> None:
        begun.append(1)

    async with kept_beside(work, "once", pause_s=0.0):
        await asyncio.sleep(0.05)
    assert begun == [1]


async def test_work_that_fails_while_it_ends_keeps_nobody_waiting() -> None:
    goes_on = asyncio.Event()

    async def work() -> None:
        try:
            goes_on.set()
            await asyncio.Event().wait()
        finally:
            raise Fails

    with capture_logs() as logged:
        async with asyncio.timeout(WITHIN_S), kept_beside(work, "writing"):
            await goes_on.wait()
    assert len(logged) == 1
