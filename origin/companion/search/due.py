"""When what happened is written to the index. Pure.

A commit takes more than what it writes. So what lets nothing else be found, such as another
description, waits a little for company; what does is written at once, and all else with it.
"""

from collections.abc import Sequence
from math import inf
from typing import Final

from origin.companion.caching.concerned import is_findable
from origin.companion.catalogue.events import Event

WAITS_S: Final = 1.0
EVENTS: Final = 500
"""How many are read, and written, at once."""


class Due:
    """Remembers since when something waits."""

    def __init__(self) -> None:
        self._until_s = inf

    def is_now(self, happened: Sequence[Event], now_s: float) -> bool:
        """Tell whether what has happened by ``now_s`` and is not written is to be written."""
        if not happened:
            return False
        self._until_s = min(self._until_s, now_s + WAITS_S)
        may_wait = len(happened) < EVENTS and now_s < self._until_s
        if may_wait and not any(is_findable(event.kind, event.content) for event in happened):
            return False
        self._until_s = inf
        return True
