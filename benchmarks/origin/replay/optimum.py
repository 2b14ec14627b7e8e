"""Belady's optimum: what is asked for again last goes first, and at once what never is.

With objects of unequal sizes that is no longer the best there can be, which nobody can compute for
a trace of this length, but close to it: sizes here differ by a factor of two and a half.
"""

import heapq

import numpy as np

from benchmarks.origin.replay.trace import Trace


def optimal_hits(trace: Trace, bytes_max: int) -> list[bool]:
    """Tell for each request whether the object was there."""
    objects = trace.objects()
    next_use = _next_uses(objects)
    held: dict[int, int] = {}
    farthest: list[tuple[int, int, int]] = []
    free_bytes, hits = bytes_max, []
    requests = zip(objects.tolist(), trace.sizes_bytes, next_use, strict=True)
    for key, size_bytes, following in requests:
        hits.append(key in held)
        if key not in held:
            free_bytes -= size_bytes
        held[key] = following
        heapq.heappush(farthest, (-following, key, size_bytes))
        while free_bytes < 0 or -farthest[0][0] == len(next_use):
            use, other, size = heapq.heappop(farthest)
            if held.get(other) == -use:
                del held[other]
                free_bytes += size
            if not farthest:
                break
    return hits


def _next_uses(objects: np.ndarray) -> list[int]:
    """Return for each request when its object is asked for next, their number where never."""
    order = np.argsort(objects, kind="stable")
    is_again = objects[order][:-1] == objects[order][1:]
    following = np.full(len(objects), len(objects))
    following[order[:-1][is_again]] = order[1:][is_again]
    found: list[int] = following.tolist()
    return found
