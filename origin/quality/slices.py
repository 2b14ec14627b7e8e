"""Doing much a little at a time, so that nothing else on the loop waits long for its turn."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

SLICE_S: Final = 0.001

_T = TypeVar("_T")


async def in_slices(do: Callable[[_T], None], items: Iterable[_T]) -> None:
    """Do something with each, and let others have the loop every now and then."""
    until_s = time.perf_counter() + SLICE_S
    for item in items:
        do(item)
        if time.perf_counter() > until_s:
            await asyncio.sleep(0)
            until_s = time.perf_counter() + SLICE_S
