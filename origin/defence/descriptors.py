"""How many connections a process can have open at all.

Each is a file descriptor, of which Linux gives a process 1,024 unless it asks for more. Without
descriptors a process cannot read its store either, and accepts connections in vain: so some are
kept for that, and the connection that would take one of them is told to come again.
"""

import resource
from typing import Final

_KEPT: Final = 256
_ENOUGH: Final = 1 << 20


def connections_max() -> int:
    """Ask for as many descriptors as there may be; return how many of them are for connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == resource.RLIM_INFINITY else min(hard, _ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(wanted if soft == resource.RLIM_INFINITY else soft, 2 * _KEPT) - _KEPT
