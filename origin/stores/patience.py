"""How long one read of a store is waited for.

Where there is one store alone, nobody else can answer instead, so each read waits as long as there
is time, and is tried again within. But where the store has failed several times in a row, whoever
comes next would wait as long for nothing, in a place that others need, and a CDN that could give
what is stale would wait with them. So they are told soon, while now and then one read has all of
the time: it sees that a store is back that is only slow. What is answered in time ends it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from origin.circuit import Circuit
from origin.delivery.errors import Cause, NotFound, StoreUnavailable

HURRIED_S: Final = 1.0
"""As long as a store takes now and then, and a listener does not notice with a full buffer."""

_log = structlog.get_logger("soundbridge.cache")


class Patience:
    """The same for each read, ``timeout_s``."""

    def __init__(self, timeout_s: float) -> None:
        self.timeout_s = timeout_s

    def allowed_s(self) -> float:
        """Return how long the read that begins now may take."""
        return self.timeout_s

    @contextmanager
    def noting(self) -> Iterator[float]:
        """Give the block the time that it may take, and take note of how the store answers it.

        What had less than all of the time tells nothing by its failure: the store may be slow.
        """
        allowed_s = self.allowed_s()
        try:
            yield allowed_s
        except StoreUnavailable as error:
            is_denied = error.cause is Cause.DENIED  # which it says at once
            if allowed_s >= self.timeout_s and not is_denied:
                self.failed()
            raise
        except NotFound:
            self.answered()
            raise
        self.answered()

    def answered(self) -> None:
        """Take note that the store gave what it was asked for, or said that it is not there."""

    def failed(self) -> None:
        """Take note that it did neither, in all of the time."""


class WaningPatience(Patience):
    """Less while the store fails; ``clock`` tells seconds that pass."""

    def __init__(self, timeout_s: float, clock: Callable[[], float]) -> None:
        super().__init__(timeout_s)
        self._circuit = Circuit(clock)

    def allowed_s(self) -> float:
        """Return all of the time, or, of a store that fails, a second for most reads."""
        return self.timeout_s if self._circuit.admits() else min(self.timeout_s, HURRIED_S)

    def answered(self) -> None:
        """Have all of the time for every read again."""
        if self._circuit.succeeded():
            _log.info("store answers again")

    def failed(self) -> None:
        """Say so the first time that there is less."""
        if self._circuit.failed():
            _log.warning("store does not answer")
