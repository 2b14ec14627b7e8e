"""The memory of a process and of all that it has started, as Linux counts it.

Pages that several processes share are counted once (proportional set size). The one who watches
looks ten times a second, which costs the watched about a hundredth of a core; what lasts for less
may be missed.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

_EVERY_S: Final = 0.1
_KIB: Final = 1024


def tree(pid: int) -> list[int]:
    """Return the process and its descendants, parents first; those that ended are left out."""
    found = [pid]
    for parent in found:
        with suppress(OSError):
            for thread in Path(f"/proc/{parent}/task").iterdir():
                found += map(int, (thread / "children").read_text().split())
    return found


def memory_bytes(pid: int) -> int:
    """Return the proportional set size of one process, 0 where it has ended."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * _KIB
    return 0


class Watch:
    """What was seen of a tree so far."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self.peak_bytes = 0

    def look(self) -> None:
        """Look at the tree once."""
        self.peak_bytes = max(self.peak_bytes, sum(map(memory_bytes, tree(self._pid))))


@contextmanager
def watched(pid: int) -> Iterator[Watch]:
    """Watch the tree below ``pid`` while the caller's block runs."""
    watch = Watch(pid)
    over = threading.Event()

    def look_again() -> None:
        while not over.wait(_EVERY_S):
            watch.look()

    thread = threading.Thread(target=look_again, name="watch")
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()
