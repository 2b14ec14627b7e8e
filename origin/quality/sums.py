"""What is known of assets by day, until somebody writes it down. Bounded."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from cdn.cmcd.figures import OTHER, RUNG, RUNGS_MAX, Key

HELD_MAX: Final = 5_000
"""Assets of a day; each has some 50 numbers."""
MEASURE_LENGTH_MAX: Final = 32
BUCKET_LENGTH_MAX: Final = 64
"""Of the two names of a figure."""
_DAY_S: Final = 86_400

Figures = Mapping[Key, float]
DaysOfAssets = dict[tuple[str, int], dict[Key, float]]
"""Figures by asset and day; days are counted from the epoch in UTC."""


class DaySums:
    """Holds figures; ``overflowed`` counts requests whose asset found no room."""

    def __init__(self, held_max: int = HELD_MAX) -> None:
        self._most = held_max
        self._held: DaysOfAssets = {}
        self.overflowed = 0

    def __len__(self) -> int:
        """How many assets of a day are held."""
        return len(self._held)

    def add(self, asset_id: str, at_s: float, figures: Figures) -> None:
        """Add what was noticed at a time."""
        self._add((asset_id, int(at_s // _DAY_S)), figures)

    def take(self) -> DaysOfAssets:
        """Return what is held, and hold nothing."""
        held, self._held = self._held, {}
        return held

    def give_back(self, days: DaysOfAssets) -> None:
        """Hold again what could not be written."""
        for day, figures in days.items():
            self._add(day, figures)

    def _add(self, day: tuple[str, int], figures: Figures) -> None:
        if day not in self._held:
            if len(self._held) >= self._most:
                self.overflowed += 1
                return
            self._held[day] = defaultdict(float)
        held = self._held[day]
        for key, number in figures.items():
            held[key if key in held else _bounded(key, held)] += number


def _bounded(key: Key, held: Figures) -> Key:
    """Return a key that may be new: an edge's log may name any number of rungs."""
    is_rung = key[0] == RUNG and sum(measure == RUNG for measure, _ in held) >= RUNGS_MAX
    return (RUNG, OTHER) if is_rung else key
