"""The processes that a process has started. Any of them may end while it is looked at."""

import resource
from contextlib import suppress
from pathlib import Path

_ENDED = (FileNotFoundError, ProcessLookupError)
"""Before its file is opened, and before that is read."""


def children(of: int | str = "self") -> set[int]:
    """Their numbers, dead or alive, until they are waited for."""
    found: set[int] = set()
    for path in Path(f"/proc/{of}/task").glob("*/children"):
        with suppress(*_ENDED):
            found.update(map(int, path.read_text().split()))
    return found


def command_line(pid: int) -> bytes:
    """What it was started with; nothing where it has ended."""
    with suppress(*_ENDED):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


def below(pid: int) -> set[int]:
    """The numbers of those that a process has started, and of those that they have."""
    found = children(pid)
    return found.union(*map(below, found))


def resident_bytes(pid: int) -> int:
    """How much of a process is in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()
