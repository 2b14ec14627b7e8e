"""From which sockets each worker accepts. Pure."""

from collections.abc import Sequence


def assigned(ready: Sequence[bool]) -> list[frozenset[int]]:
    """Return the slots of each worker, by its slot; ``ready`` says which of them accept.

    Its own, and those behind it up to the next that has a ready worker: an orphan's socket goes to
    the worker before it.
    """
    slots = len(ready)
    taken: list[set[int]] = [set() for _ in ready]
    for slot in range(slots):
        keeper = next(
            (at % slots for at in range(slot, slot - slots, -1) if ready[at % slots]), None
        )
        if keeper is not None:
            taken[keeper].add(slot)
    return [frozenset(some) for some in taken]
