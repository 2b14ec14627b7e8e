"""The processes that a process has started."""

import resource
from pathlib import Path


def children(of: int | str = "self") -> set[int]:
    """Their numbers, dead or alive, until they are waited for."""
    listed = Path(f"/proc/{of}/task").glob("*/children")
    return {int(pid) for path in listed for pid in path.read_text().split()}


def below(pid: int) -> set[int]:
    """The numbers of those that a process has started, and of those that they have."""
    found = children(pid)
    return found.union(*map(below, found))


def resident_bytes(pid: int) -> int:
    """How much of a process is in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()
