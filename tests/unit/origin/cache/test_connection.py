"""Asking a cache that answers too slowly for all who ask."""

import asyncio
from functools import partial

from origin.cache.connection import COMMAND_S, COMMANDS_AT_ONCE, Connection, connect
from origin.cache.errors import Unanswered
from tests.unit.hastened import HastenedLoop

CLIENTS = 1_000
ANSWERED_IN_S = 0.6 * COMMAND_S


async def answers() -> tuple[list[bool], float, bool]:
    """Ask for many at once: who was answered, how long all took, whether it was taken for away."""
    loop = asyncio.get_running_loop()
    connection = Connection(connect("redis://localhost"), clock=loop.time)

    async def asked() -> bool:
        try:
            await connection.ask(partial(asyncio.sleep, ANSWERED_IN_S))
        except Unanswered:
            return False
        return True

    answered = await asyncio.gather(*(asked() for _ in range(CLIENTS)))
    await connection.client.aclose()
    return answered, loop.time(), connection.is_open


def test_nobody_waits_for_long_behind_others() -> None:
    """A cache that answers each just in time is no failure, and still too slow for all of them."""
    with asyncio.Runner(loop_factory=HastenedLoop) as runner:
        answered, took_s, is_open = runner.run(answers())
    assert sum(answered) == 2 * COMMANDS_AT_ONCE  # who waited for the first is in time yet
    assert took_s < 2 * COMMAND_S
    assert not is_open
