"""What is counted by minutes of the clock, in tests that take less than one."""

import asyncio
import time
from typing import Final

from origin.companion.api.budgets import WINDOW_S

_NEEDED_S: Final = 5.0


async def early_in_a_minute() -> None:
    """Wait until the minute has five seconds left, if it does not: what a test counts is of one."""
    left_s = WINDOW_S - time.time() % WINDOW_S
    if left_s < _NEEDED_S:
        await asyncio.sleep(left_s + 0.01)
