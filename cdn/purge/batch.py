"""From targets to requests: as few as a CDN's limits allow. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cdn.purge.limits import Limits
from cdn.purge.target import By, Target


@dataclass(frozen=True, slots=True)
class Batch:
    """What one request is to drop.

    ``mark`` tells it from every other, and is the same where it is sent once more since nobody
    knows what became of it: some CDNs do it once then. Empty where nobody asks twice.
    """

    by: By
    soft: bool
    values: tuple[str, ...]
    mark: str = ""

    def halves(self) -> "tuple[Batch, Batch]":
        """Return it as two, where it has more than one value: one of them may be taken."""
        middle = len(self.values) // 2
        return (
            Batch(self.by, self.soft, self.values[:middle]),
            Batch(self.by, self.soft, self.values[middle:]),
        )


def hardest(targets: Iterable[Target], soft: Iterable[By]) -> Mapping[tuple[By, str], bool]:
    """Return whether each thing is dropped softly, once: not where it is to be gone as well.

    ``soft`` is by what the CDN can do so.
    """
    can, found = frozenset(soft), dict[tuple[By, str], bool]()
    for target in targets:
        key = target.by, target.value
        found[key] = found.get(key, True) and target.soft and target.by in can
    return found


def batches(targets: Iterable[Target], limits: Limits) -> list[Batch]:
    """Return the requests that drop all targets, each of them once, in their order.

    What is to be gone at once comes before what may be given a while. What the CDN does not know,
    by ``limits``, is in none.
    """
    of_each: dict[tuple[bool, By], list[str]] = {}
    for (by, value), soft in hardest(targets, limits.soft).items():
        of_each.setdefault((soft, by), []).append(value)
    made = []
    for (soft, by), values in sorted(of_each.items()):
        size = limits.at_once.get(by)
        if size is None:
            continue
        made += [
            Batch(by, soft, tuple(values[start : start + size]))
            for start in range(0, len(values), size)
        ]
    return made
