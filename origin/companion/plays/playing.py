"""Everything about plays that one process has."""

import time
from collections.abc import Callable, Sequence

from origin.companion.api.endpoint import Endpoint
from origin.companion.database import Database
from origin.companion.plays.buffer import Buffer
from origin.companion.plays.endpoints import Plays
from origin.companion.plays.hearing import Hearing
from origin.companion.plays.rules import Limits
from origin.companion.plays.shared import Shared
from origin.companion.plays.writing import Writer


class Playing:
    """What is held, and who writes it; ``clock`` tells epoch seconds, ``random`` gives bytes."""

    def __init__(
        self,
        database: Database,
        random: Callable[[int], bytes],
        clock: Callable[[], float] = time.time,
        limits: Limits | None = None,
        buffer: Buffer | None = None,
    ) -> None:
        limits, shared = limits or Limits(), Shared(database, random)
        self.buffer = buffer or Buffer()
        self.writer = Writer(database, self.buffer, shared, limits, clock)
        self._plays = Plays(database, Hearing(database, self.buffer, shared, limits, random))

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return self._plays.endpoints()
