"""How workers get memory from the C library: from few heaps.

glibc gives threads heaps of their own, eight for each processor, and what is free in one is not for
the others. The store is read in threads, which come and go: what passes through them took a third
of a cache's memory again (``python -m benchmarks.origin memory``). With few heaps it takes no more
time, and half of that goes.
"""

import os
from typing import Final

_HEAPS_MAX: Final = "MALLOC_ARENA_MAX"
"""What glibc reads when a process starts (mallopt(3))."""


def few_heaps() -> None:
    """Let processes that are started from now on have few, unless somebody says how many."""
    os.environ.setdefault(_HEAPS_MAX, "2")
