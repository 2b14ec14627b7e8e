"""How many plays of a track count for one network in a day, whoever says it is behind it.

Listeners are told apart by their ``User-Agent`` as well, which is theirs to choose: one program can
be as many as it likes. Many who share an address are heard all the same, up to a number that no
program needs long for. Each process counts for itself, in memory, and as far as there is room.
"""

from collections import OrderedDict
from typing import Final

_KEPT_MAX: Final = 100_000
_Crowd = tuple[int, str, str]


class Crowds:
    """Counts by day, digest of a network and track; the ones that were quiet longest go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: OrderedDict[_Crowd, int] = OrderedDict()

    def has_room(self, day: int, network: str, track_id: str) -> bool:
        """Tell whether another play counts."""
        return self._counts.get((day, network, track_id), 0) < self._most

    def add(self, day: int, network: str, track_id: str) -> None:
        """Count one."""
        crowd = day, network, track_id
        self._counts[crowd] = self._counts.get(crowd, 0) + 1
        self._counts.move_to_end(crowd)
        if len(self._counts) > _KEPT_MAX:
            self._counts.popitem(last=False)
