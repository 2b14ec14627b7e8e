"""When the chunks of one source would all be encoded, had the machine so many cores.

One pass makes the chunks in order, and each goes to as many encoders as there are rungs. As in
``packager.encoding.in_order``, results are taken in order, and the pass waits while too many are
under way behind the oldest. A free core goes on with the pass where that may go on, else with the
oldest encoding that waits.
"""

import heapq
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from packager.encoding.parallel import ahead


@dataclass(frozen=True)
class ChunkCost:
    """What one chunk takes of a core: to decode and measure it, and to encode each rung."""

    sound_s: float
    encoding_s: tuple[float, ...]


def finished_s(costs: Sequence[ChunkCost], cores: int) -> float:
    """Return when the last encoding ends."""
    machine = _Machine(costs, cores)
    while machine.begin_what_may_begin():
        machine.wait()
    return machine.now_s


class _Machine:
    def __init__(self, costs: Sequence[ChunkCost], cores: int) -> None:
        self.now_s = 0.0
        self._cores = cores
        self._passes = deque(costs)
        self._ahead = ahead(cores, max((len(cost.encoding_s) for cost in costs), default=1))
        self._is_passing = False
        self._waiting: deque[tuple[int, float]] = deque()
        self._running: list[tuple[float, int, ChunkCost | None]] = []
        """When each ends, its number, and of a pass the chunk that it makes."""
        self._submitted = 0
        self._unfinished: set[int] = set()

    def begin_what_may_begin(self) -> bool:
        """Give every free core something to do, and tell whether any is busy."""
        while len(self._running) < self._cores and (self._begin_pass() or self._begin_encoding()):
            pass
        return bool(self._running)

    def wait(self) -> None:
        """Go on to the moment when something ends."""
        self.now_s, number, chunk = heapq.heappop(self._running)
        if chunk is None:
            self._unfinished.remove(number)
            return
        self._is_passing = False
        for encoding_s in chunk.encoding_s:
            self._waiting.append((self._submitted, encoding_s))
            self._unfinished.add(self._submitted)
            self._submitted += 1

    def _begin_pass(self) -> bool:
        under_way = self._submitted - min(self._unfinished, default=self._submitted)
        if self._is_passing or not self._passes or under_way >= self._ahead:
            return False
        chunk = self._passes.popleft()
        heapq.heappush(self._running, (self.now_s + chunk.sound_s, -1, chunk))
        self._is_passing = True
        return True

    def _begin_encoding(self) -> bool:
        if not self._waiting:
            return False
        number, encoding_s = self._waiting.popleft()
        heapq.heappush(self._running, (self.now_s + encoding_s, number, None))
        return True
