"""For how long Redis keeps what is given to it, and what is worth giving.

A cache of a gigabyte, through which a busy origin sends thirty megabytes a second, keeps each value
for half a minute. What nobody will ask for by then only takes the place of what somebody will: so
it is given nothing of that kind, which is nearly all. In a replay of 10,000 tracks, both tiers
together had 0.64 of the hits of Belady's optimum when everything was given, and have 0.85 of them
with a twentieth of the giving (``python -m benchmarks.origin replay``). That is of one process,
which sees all listeners; where there are more, each knows its own alone, and what two of them had
to read soon after one another is given, too (``claims``). While Redis parts with nothing, it is
given everything.

By Little's law, what comes and goes stays for as long as it takes until as many have gone as are
there. Who gives less makes all stay longer, and then gives more: so what is found is approached in
steps.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from origin.cache.errors import Refused, Unanswered
from origin.cache.lifetimes import LISTED

if TYPE_CHECKING:
    from origin.cache.connection import Connection

LOOK_S: Final = 10.0
_DATABASE: Final = re.compile("db[0-9]+")
_STEP: Final = 0.25
"""How much of the way, of their ratio, it goes to what was found last."""
_SHORTEST_S: Final = 1.0
_LONGEST_S: Final = float(LISTED.shared_s)


class Stay:
    """How long it is, as far as is known; an hour, after which values end, until it is less."""

    def __init__(self) -> None:
        self.seconds = _LONGEST_S
        self._before: _Looked | None = None

    def lasts(self, wanted_in_s: float) -> bool:
        """Tell whether what is wanted in so many seconds will be there then."""
        return self.seconds >= _LONGEST_S or wanted_in_s <= self.seconds

    def note(self, keys: int, evicted: int, now_s: float) -> None:
        """Take note of how many keys a server has, and how many had to go since it began."""
        before, self._before = self._before, _Looked(evicted, now_s)
        if before is None or evicted < before.evicted:  # it began anew
            return
        lately, passed_s = evicted - before.evicted, now_s - before.at_s
        found_s = keys * passed_s / lately if lately else _LONGEST_S / _STEP
        step = (max(found_s, _SHORTEST_S) / self.seconds) ** _STEP
        self.seconds = min(max(self.seconds * step, _SHORTEST_S), _LONGEST_S)

    def forget(self) -> None:
        """Know nothing of it."""
        self.seconds, self._before = _LONGEST_S, None


class _Looked(NamedTuple):
    """How many keys had gone by when."""

    evicted: int
    at_s: float


async def keep_looking(connection: "Connection", stay: Stay, *, every_s: float = LOOK_S) -> None:
    """Look again and again; a Redis that does not tell is given everything."""
    while True:
        try:
            said = await connection.ask(connection.client.info)
        except Unanswered:  # others will say that
            pass
        except Refused:
            stay.forget()
        else:
            stay.note(_keys(said), int(said.get("evicted_keys", 0)), time.monotonic())
        await asyncio.sleep(every_s)


def _keys(said: Mapping[str, Any]) -> int:
    """Return how many keys there are in all databases: any of them may have to go."""
    numbers = (about["keys"] for name, about in said.items() if _DATABASE.fullmatch(name))
    return sum(map(int, numbers))
