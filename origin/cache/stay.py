"""For how long Redis keeps what is given to it, and what is worth giving.

A cache of a gigabyte, through which a busy origin sends thirty megabytes a second, keeps each value
for half a minute. What nobody will ask for by then only takes the place of what somebody will: so
it is given nothing of that kind, which is nearly all. In a replay of 10,000 tracks, both tiers
together had 0.64 of the hits of Belady's optimum when everything was given, and have 0.85 of them
with a twentieth of the giving (``python -m benchmarks.origin replay``). While Redis parts with
nothing, it is given everything.

By Little's law, what comes and goes stays for as long as it takes until as many have gone as are
there. Who gives less makes all stay longer, and then gives more: so what is found is approached in
steps.
"""

import asyncio
from typing import TYPE_CHECKING, Final

from origin.cache.errors import Refused, Unanswered
from origin.cache.lifetimes import LISTED

if TYPE_CHECKING:
    from origin.cache.connection import Connection

LOOK_S: Final = 10.0
_STEP: Final = 0.25
"""How much of the way, of their ratio, it goes to what was found last."""
_SHORTEST_S: Final = 1.0
_LONGEST_S: Final = float(LISTED.shared_s)


class Stay:
    """How long it is, as far as is known; an hour, after which values end, until it is less."""

    def __init__(self) -> None:
        self.seconds = _LONGEST_S
        self._evicted: int | None = None

    def lasts(self, wanted_in_s: float) -> bool:
        """Tell whether what is wanted in so many seconds will be there then."""
        return self.seconds >= _LONGEST_S or wanted_in_s <= self.seconds

    def note(self, keys: int, evicted: int, passed_s: float) -> None:
        """Take note of how many keys there are, and how many had to go since Redis began.

        ``passed_s`` is how long after the note before.
        """
        before, self._evicted = self._evicted, evicted
        if before is None or evicted < before:  # it began anew
            return
        lately = evicted - before
        found_s = keys * passed_s / lately if lately else _LONGEST_S / _STEP
        step = (max(found_s, _SHORTEST_S) / self.seconds) ** _STEP
        self.seconds = min(max(self.seconds * step, _SHORTEST_S), _LONGEST_S)


async def keep_looking(connection: "Connection", stay: Stay, *, every_s: float = LOOK_S) -> None:
    """Look again and again; a Redis that does not tell is given everything."""
    while True:
        try:
            stats = await connection.ask(lambda: connection.client.info("stats"))
            keys = await connection.ask(connection.client.dbsize)
        except Unanswered:  # others will say that
            pass
        except Refused:
            return
        else:
            stay.note(int(keys), int(stats.get("evicted_keys", 0)), every_s)
        await asyncio.sleep(every_s)
