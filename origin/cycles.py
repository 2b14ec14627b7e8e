"""How often a process that serves looks for cycles among what lives long: hardly ever.

Python looks through everything that is alive when enough of it is new. Ten thousand connections are
half a million objects, and that takes some tenths of a second in which nobody is answered; it came
about whenever a few thousand clients had arrived. It found nothing: connections and answers end by
being counted (a test watches that), and the cycles that errors make are found while they are young.

So what was there at the start is never looked at, the young as often as before, and the old a
hundredth as often.
"""

import gc
from typing import Final

_RARER: Final = 100


def look_rarely() -> None:
    """Set that for this process; to be called when all is loaded."""
    gc.collect()
    gc.freeze()
    young, middle, old = gc.get_threshold()
    gc.set_threshold(young, middle, old * _RARER)
