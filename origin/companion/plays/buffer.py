"""Plays that count and are not written yet, in this process alone. Bounded.

A play stays here until the transaction that writes it has ended well, and is known by its ticket:
to write it again is to write it once.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from origin.companion.catalogue.listing import day_of
from origin.companion.plays.tickets import Ticket

HELD_MAX: Final = 20_000
_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class Play:
    """Somebody heard enough of a track; ``listener`` is good for the day it began on."""

    ticket: Ticket
    listener: str
    heard_s: float

    @property
    def day(self) -> int:
        """The day on which it began."""
        return day_of(self.ticket.begun_s)


class Buffer:
    """Holds plays; ``overflowed`` counts those that found no room."""

    def __init__(self, held_max: int = HELD_MAX) -> None:
        self.held_max = held_max
        self._held: dict[str, Play] = {}
        self._of_listeners: Counter[tuple[int, str]] = Counter()
        self._of_tracks: Counter[tuple[int, str, str]] = Counter()
        self.overflowed = 0
        self.written = 0
        self.refused = 0

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, nonce: str) -> bool:
        return nonce in self._held

    def add(self, play: Play) -> bool:
        """Hold a play, which is not held yet; False where there is no room."""
        if len(self._held) >= self.held_max:
            self.overflowed += 1
            return False
        self._held[play.ticket.nonce] = play
        self._of_listeners[play.day, play.listener] += 1
        self._of_tracks[play.day, play.listener, play.ticket.track_id] += 1
        return True

    def of_listener(self, day: int, listener: str, track_id: str) -> tuple[int, int]:
        """Return how many of a listener's are held: of a track, and of all."""
        return self._of_tracks[day, listener, track_id], self._of_listeners[day, listener]

    def held(self) -> Sequence[Play]:
        """Return what is to be written, in the order in which it came."""
        return list(self._held.values())

    def settle(self, plays: Sequence[Play], counted: int) -> None:
        """Let go of what was dealt with, of which some has been counted by now."""
        for play in plays:
            if self._held.pop(play.ticket.nonce, None) is not None:
                _take(self._of_listeners, (play.day, play.listener))
                _take(self._of_tracks, (play.day, play.listener, play.ticket.track_id))
        self.written += counted
        self.refused += len(plays) - counted


def _take(counter: Counter[_Key], key: _Key) -> None:
    counter[key] -= 1
    if not counter[key]:
        del counter[key]
