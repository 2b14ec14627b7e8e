"""How much of this machine is ours."""

import os


def usable_processors() -> int:
    """Return how many processors this process may run on: fewer than the machine may have."""
    return len(os.sched_getaffinity(0))
