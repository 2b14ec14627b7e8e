"""Sending targets to one CDN at once, for whoever waits for it."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from cdn.purge.batch import batches
from cdn.purge.purger import Purger
from cdn.purge.rate import turn
from cdn.purge.target import Target


@dataclass(frozen=True, slots=True)
class Sent:
    """How much was dropped, and in how many requests."""

    targets: int
    requests: int


async def drop(
    purger: Purger,
    targets: Iterable[Target],
    *,
    clock: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
) -> Sent:
    """Have them dropped, within the CDN's rate; raises PurgeFailed, after which some of it is."""
    limits, full_s, sent, requests = purger.limits, 0.0, 0, 0
    for batch in batches(targets, limits):
        its = turn(limits.rate, full_s, clock(), limits.cost(len(batch.values)))
        full_s = its.full_s
        if its.wait_s > 0:
            await sleep(its.wait_s)
        await purger.send(batch)
        sent += len(batch.values)
        requests += 1
    return Sent(sent, requests)
