"""A client alone, with nobody to serve: objects by redis-py or obstore, again and again. A program.

It reads names from its input, one a line, and gets them in a cycle, so many at a time, for a while.
Then it prints one JSON object.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import cycle

import uvloop
from redis.asyncio import Redis

from origin.stores.opening import open_store

Get = Callable[[str], Awaitable[object]]
"""Gets an object by its name."""


@asynccontextmanager
async def redis(url: str, at_once: int) -> AsyncIterator[Get]:
    """Get from Redis or Valkey, as redis-py does unless told otherwise."""
    async with Redis.from_url(url, max_connections=at_once) as client:

        async def get(name: str) -> object:
            content = await client.get(name)
            if content is None:
                raise SystemExit(f"{url} has no {name}")
            return content

        yield get


@asynccontextmanager
async def obstore(url: str, at_once: int) -> AsyncIterator[Get]:  # noqa: ARG001 it has no such limit
    """Get from an object store."""
    store = open_store(url)

    async def get(name: str) -> object:
        return await (await store.get_async(name)).bytes_async()

    yield get


CLIENTS = {"redis": redis, "obstore": obstore}


async def _run(asked: argparse.Namespace) -> dict[str, float]:
    names = cycle(sys.stdin.read().split())
    took_s: list[float] = []

    async def go_on() -> None:
        while (begun_s := time.perf_counter()) < until_s:
            await get(next(names))
            took_s.append(time.perf_counter() - begun_s)

    async with CLIENTS[asked.client](asked.url, asked.at_once) as get:
        until_s = time.perf_counter() + asked.warm_up
        await asyncio.gather(*(go_on() for _ in range(asked.at_once)))
        took_s.clear()
        started_s, computed_s = time.perf_counter(), time.process_time()
        until_s = started_s + asked.seconds
        await asyncio.gather(*(go_on() for _ in range(asked.at_once)))
        passed_s, computed_s = time.perf_counter() - started_s, time.process_time() - computed_s
    hundredths = statistics.quantiles(took_s, n=100)
    return {
        "requests_per_s": round(len(took_s) / passed_s, 1),
        "requests_per_cpu_s": round(len(took_s) / computed_s, 1),
        "p50_ms": round(hundredths[49] * 1000, 3),
        "p99_ms": round(hundredths[98] * 1000, 3),
        "load_cores": round(computed_s / passed_s, 3),
    }


def main() -> None:
    """Get as the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("client", choices=CLIENTS)
    parser.add_argument("url")
    parser.add_argument("--at-once", type=int, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--warm-up", type=float, default=0.3)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(_run(parser.parse_args()))))


if __name__ == "__main__":
    main()
