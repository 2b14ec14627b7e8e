"""The readers that a server has, alone, under a simulated clock. A program.

After each stage it says so with a line, and goes on when it is sent one.
"""

import asyncio
import ctypes
import hashlib
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import uvloop
from obstore.store import LocalStore

from benchmarks.origin.memory.requests import (
    AT_ONCE,
    contents,
    key_of,
    rung_of,
    stages,
    told,
    trace_of,
)
from benchmarks.origin.replay.trace import Clock
from manifests.index import StoredObject
from origin.cache.tiered import TieredReader
from origin.cycles import look_rarely
from origin.memory_shares import shares_of
from origin.stores.reader import StoreReader


async def _run(asked: Namespace) -> None:
    trace, clock = trace_of(asked), Clock()
    listed = {
        rung: StoredObject(rung, len(content), hashlib.sha256(content).hexdigest())
        for rung, content in contents().items()
    }
    last = dict(sorted(zip(trace.renditions, trace.segments, strict=True)))
    store, shares = StoreReader(LocalStore(asked.where)), shares_of(asked.memory * 1_000_000)
    reader = TieredReader(store, memory_bytes=shares.objects, clock=clock)
    found: dict[str, Any] = {"hits": 0}
    look_rarely()
    _give_back()

    async def read(numbers: Iterator[int]) -> None:
        for number in numbers:
            rendition, segment = trace.renditions[number], trace.segments[number]
            clock.now_s = trace.at_s[number]
            key, what = key_of(rendition, segment), listed[rung_of(rendition)]
            found["hits"] += key in reader.held
            await reader.read(key, listed=what)
            if segment < last[rendition]:
                reader.read_ahead(key_of(rendition, segment + 1), what)

    for stage in stages(len(trace.segments), found):
        numbers = iter(stage)
        await asyncio.gather(*(read(numbers) for _ in range(AT_ONCE)))
        found["held_mb"] = reader.held.memory.size_bytes / 1e6
    await reader.close()


def _give_back() -> None:
    """Let the kernel have what making up the requests has left: it would be taken for the cache."""
    ctypes.CDLL(None).malloc_trim(0)


def main() -> None:
    """Read as the command line says."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(told()))


if __name__ == "__main__":
    main()
