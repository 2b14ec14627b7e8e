"""Requests that arrive when they are due, as a program: asked on stdin, answered on stdout."""

import asyncio
import json
import sys
import time
from collections import Counter, defaultdict, deque
from contextlib import closing
from random import Random
from typing import Any, Final, NamedTuple

import uvloop

from benchmarks.api.listeners import Listeners
from benchmarks.api.mix import Reads

_READS, _PLAYS, _CHANGES = 91, 8, 1
_HEARD_S: Final = 31.0
_CONNECTIONS: Final = 256
_TIMEOUT_S: Final = 10.0
_TOLD_MAX: Final = 5
_GOOD: Final = range(200, 300)
_BEGINS_WITH: Final = 0.1
"""Of the load that is to be."""


class _Due(NamedTuple):
    """A request, and its kind."""

    kind: str
    method: str
    path: str
    json: Any = None
    is_known: bool = False


class _Mix:
    """What comes next."""

    def __init__(self, reads: Reads, random: Random) -> None:
        self._reads = reads
        self._random = random
        self._changes = 0
        self._tickets: deque[tuple[float, str, str]] = deque()
        """When each was given, for which track."""

    def take(self, outcomes: list[dict[str, Any]]) -> None:
        """Keep tickets until enough was heard."""
        for outcome in outcomes:
            if outcome["ticket"] is not None:
                given = (time.monotonic(), outcome["track_id"], outcome["ticket"])
                self._tickets.append(given)

    def next(self) -> _Due:
        """Return it."""
        drawn = self._random.randrange(_READS + _PLAYS + _CHANGES)
        if drawn < _READS:
            path = self._reads.one()
            kind = path.removeprefix("/v1/").partition("?")[0].partition("/t")[0].partition("/a")[0]
            return _Due(kind, "GET", path)
        ids = self._reads.ids
        if drawn < _READS + _PLAYS:
            return _Due("play", "POST", "/v1/plays", {"plays": [self._play(ids)]})
        self._changes += 1
        said = {"description": f"Said {self._changes}"}
        one = ids[int(len(ids) * self._random.random() ** 3)]
        return _Due("change", "PATCH", f"/v1/tracks/{one}", said, is_known=True)

    def _play(self, ids: list[str]) -> dict[str, Any]:
        if self._tickets and time.monotonic() - self._tickets[0][0] > _HEARD_S:
            _, track_id, ticket = self._tickets.popleft()
            return {"track_id": track_id, "ticket": ticket, "heard_s": _HEARD_S}
        return {"track_id": ids[int(len(ids) * self._random.random() ** 3)]}


class _Load:
    """What was sent, and what came of it."""

    def __init__(self, mix: _Mix, client: Listeners, key: str) -> None:
        self._mix = mix
        self._client = client
        self._key = key
        self._loop = asyncio.get_running_loop()
        self.took_ms: dict[str, list[float]] = defaultdict(list)
        self.failed: Counter[str] = Counter()
        self.begun_cpu_s = 0.0

    async def send(self, due: _Due, at_s: float) -> None:
        """Send a request that is due at a time."""
        body = None if due.json is None else json.dumps(due.json).encode()
        key = self._key if due.is_known else ""
        try:
            status, content = await self._client.ask(
                self._client.request(due.method, due.path, body, key)
            )
            is_good = status in _GOOD
        except OSError as error:  # TimeoutError is one
            content, is_good = repr(error).encode(), False
        self.took_ms[due.kind].append((self._loop.time() - at_s) * 1000)
        if not is_good:
            self.failed[due.kind] += 1
            if self.failed.total() <= _TOLD_MAX:
                print(due, content[:300], file=sys.stderr)
        elif due.kind == "play":
            self._mix.take(json.loads(content)["plays"])

    def begin(self) -> None:
        """Begin to measure."""
        self.took_ms.clear()
        self.failed.clear()
        self.begun_cpu_s = time.process_time()
        print(flush=True)


async def _ask(told: dict[str, Any]) -> dict[str, Any]:
    random = Random(told["seed"])  # noqa: S311 the same each time is the point
    mix = _Mix(Reads(told["tracks"], told["seed"]), random)
    loop = asyncio.get_running_loop()
    with closing(Listeners(told["url"], _CONNECTIONS, _TIMEOUT_S)) as client:
        load = _Load(mix, client, told["key"])
        at_s, warm_s, is_warm = loop.time(), loop.time() + told["warm_up_s"], False
        under_way: set[asyncio.Task[None]] = set()
        while at_s < warm_s + told["seconds"]:
            grown = 1 - max(warm_s - at_s, 0) / max(told["warm_up_s"], 1)
            at_s += random.expovariate(told["per_s"] * max(grown, _BEGINS_WITH))
            if at_s >= warm_s and not is_warm:
                is_warm = True
                load.begin()
            due = mix.next()
            if (left_s := at_s - loop.time()) > 0:
                await asyncio.sleep(left_s)
            task = asyncio.create_task(load.send(due, at_s))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
        spent_s = loop.time() - warm_s
        cpu_s = time.process_time() - load.begun_cpu_s
        found = _said(load.took_ms, load.failed, spent_s)
        return found | {"load_cores": round(cpu_s / spent_s, 3)}


def _said(took_ms: dict[str, list[float]], failed: Counter[str], spent_s: float) -> dict[str, Any]:
    everything = [took for some in took_ms.values() for took in some]
    return {
        "requests": len(everything),
        "requests_per_s": round(len(everything) / spent_s, 1),
        "failed": failed.total(),
        "failed_share": failed.total() / len(everything) if failed else 0,
        **_percentiles(everything),
        "kinds": {kind: _percentiles(some) for kind, some in sorted(took_ms.items())},
        "spent_s": spent_s,
    }


def _percentiles(took_ms: list[float]) -> dict[str, float]:
    ordered = sorted(took_ms)
    shares = {"p50_ms": 0.5, "p99_ms": 0.99, "p99_9_ms": 0.999}
    return {
        name: round(ordered[min(int(len(ordered) * share), len(ordered) - 1)], 3)
        for name, share in shares.items()
    }


if __name__ == "__main__":
    print(json.dumps(uvloop.run(_ask(json.load(sys.stdin)))))
