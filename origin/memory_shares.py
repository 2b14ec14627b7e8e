"""How a process that serves divides the memory that it is given for what it remembers. Pure.

An operator gives one number. At the usual one, objects of the store have 100 MB, and the rest is
what it takes to answer with them: without its index no object is found, without its answer none
is hot. Of less, each part keeps what it cannot do without; of more, objects get nine tenths, since
catalogues and listeners grow slower than what they listen to.

What a process is made of (its code, connections and their clients) is not in it.
"""

from dataclasses import astuple, dataclass
from itertools import accumulate, pairwise
from typing import Final


@dataclass(frozen=True, slots=True)
class MemoryShares:
    """What each part may take, in bytes.

    ``objects``: of the store, as they are. ``answers``: heads of hot answers, and bodies that are
    not objects. ``indexes``: the facts of revisions. ``segments``: the facts of segments that no
    index lists yet. ``documents``: playlists and MPDs that are rendered here. ``compressed``: what
    is sent compressed. ``tokens``: those that were verified.
    """

    objects: int
    answers: int
    indexes: int
    segments: int
    documents: int
    compressed: int
    tokens: int

    @property
    def all_together(self) -> int:
        """What is divided."""
        return sum(astuple(self))


_MB: Final = 1_000_000
LEAST: Final = MemoryShares(
    objects=1 * _MB,
    answers=3 * _MB,
    indexes=7 * _MB,
    segments=1 * _MB,
    documents=1 * _MB,
    compressed=1 * _MB,
    tokens=2 * _MB,
)
USUAL: Final = MemoryShares(
    objects=100 * _MB,
    answers=32 * _MB,
    indexes=65 * _MB,
    segments=10 * _MB,
    documents=12 * _MB,
    compressed=16 * _MB,
    tokens=15 * _MB,
)
_OBJECTS_OF_MORE: Final = 0.9


def shares_of(memory_bytes: int) -> MemoryShares:
    """Divide ``memory_bytes``; less than the least is divided like the least."""
    least_bytes, usual_bytes = LEAST.all_together, USUAL.all_together
    between = (memory_bytes - least_bytes) / (usual_bytes - least_bytes)
    filled = min(max(between, 0.0), 1.0)
    more_bytes = max(0, memory_bytes - usual_bytes)
    others_more = more_bytes * (1 - _OBJECTS_OF_MORE) / (usual_bytes - USUAL.objects)
    _, *others = (
        least + filled * (usual - least) + others_more * usual
        for least, usual in zip(astuple(LEAST), astuple(USUAL), strict=True)
    )
    # Each ends at a whole byte, so that of what is rounded no part loses more than one.
    ends = [int(end) for end in accumulate(others, initial=0.0)]
    parts = [end - begin for begin, end in pairwise(ends)]
    return MemoryShares(max(memory_bytes, least_bytes) - ends[-1], *parts)
