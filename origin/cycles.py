"""How often a process that serves looks for cycles among what lives long: hardly ever.

Python looks through everything that is alive when enough of it is new. Ten thousand connections are
half a million objects, and that takes some tenths of a second in which nobody is answered; it came
about whenever a few thousand clients had arrived. It found nothing: connections and answers end by
being counted (a test watches that), and the cycles that errors make are found while they are young.

So what was there at the start is never looked at, the young as often as before, and the old a
hundredth as often.

Nor is there anything to be found while a process loads what it runs, and looking takes a sixth of
that time.
"""

import gc
from typing import Final

_YOUNG, _MIDDLE, _OLD = gc.get_threshold()
_RARER: Final = 100
_YOUNG_WHILE_LOADING: Final = 50_000


def look_rarely() -> None:
    """Set that for this process; to be called when all is loaded."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD * _RARER)


def look_seldom() -> None:
    """Set that, for a process that loads: whatever comes then is looked at later, all at once."""
    gc.set_threshold(_YOUNG_WHILE_LOADING, _MIDDLE, _OLD)


def look_as_usual() -> None:
    """Set what Python begins with, where all is loaded and much comes and goes."""
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
