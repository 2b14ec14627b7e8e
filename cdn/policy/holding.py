"""How long the origin's own tiers hold what answers of a class are made of.

What they add to what caches were promised is small: a complete entry reaches a browser within 60 s,
as its max-age says (and 60 more, where it is asked for once in those: ``stale-while-revalidate``),
and 2 s (fresh and then stale, without Redis) or, where a message was lost, 11 s; a growing playlist
within 3 + 2 s or 3 + 3 s.
"""

from dataclasses import dataclass
from typing import Final

from cdn.policy.lifetime import DAY_S, ENTRY, FOREVER, GROWING_STALE_S, lifetime_of
from cdn.policy.object_class import ObjectClass


@dataclass(frozen=True, slots=True)
class Holding:
    """How long the origin's tiers hold an object of the store, in seconds; None is without end.

    ``memory_s`` is for a process that hears of no changes, ``heard_s`` for one that hears of each
    as it is made, unless the message is lost; ``shared_s`` is for Redis, and 0 for not there.
    """

    memory_s: float | None
    heard_s: float | None
    shared_s: int = 0
    stale_while_revalidate_s: float = 0
    stale_if_error_s: float = 0


NOT_HELD: Final = Holding(0, 0)
UNVERIFIED: Final = Holding(60, 60)
"""Immutable, by its name, but nothing says which bytes it should have."""

_HELD: Final = Holding(None, None, shared_s=3600)
_HELD_ENTRY: Final = Holding(1, 10, stale_while_revalidate_s=1, stale_if_error_s=DAY_S)
_HELD_GROWING: Final = Holding(1, 2, stale_while_revalidate_s=1, stale_if_error_s=GROWING_STALE_S)
_HELD_ABSENCE: Final = Holding(1, 1)


def holding_for(object_class: ObjectClass) -> Holding:
    """Decide how long the origin's own tiers hold what answers of a class are made of."""
    if object_class in {ObjectClass.GROWING_PLAYLIST, ObjectClass.PROVISIONAL_INIT}:
        return _HELD_GROWING
    if object_class is ObjectClass.NOT_FOUND:
        return _HELD_ABSENCE
    lifetime = lifetime_of(object_class)
    if lifetime is FOREVER:
        return _HELD
    return _HELD_ENTRY if lifetime is ENTRY else NOT_HELD
