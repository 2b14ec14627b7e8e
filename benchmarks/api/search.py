"""Search over HTTP, in a catalogue of many scripts: what it finds, and how fast.

No query is asked twice: a second answer would be a kept one. ``--show 1`` tells what was not found.
"""

import argparse
import asyncio
import http.client
import io
import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlsplit

from benchmarks.api.search_catalogue import fill, tracks
from benchmarks.api.search_queries import Query, queries
from benchmarks.origin.servers import Server
from origin.database.engine import open_database

_BUILT_WITHIN_S = 3600.0
_IDLE_S = 2.0
_IDLE_CORES = 0.05
_WARMING = 4
"""Each fourth query is one of those that warm."""

_GOALS = {
    "recall_at_10": 0.96,
    "one_typo_p50_ms": 5.0,
    "one_typo_p99_ms": 25.0,
    "suggest_p99_ms": 5.0,
}


class Client:
    """One connection that asks one question at a time."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)

    def ask(self, path: str) -> tuple[Any, float]:
        """Return what is said, and how long it took, in ms."""
        begun_s = time.perf_counter()
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        content = response.read()
        took_ms = (time.perf_counter() - begun_s) * 1000
        if response.status != http.HTTPStatus.OK:
            raise SystemExit(f"{path}: {response.status} {content!r}")
        return json.loads(content), took_ms


def answer(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Make the catalogue, serve it, and ask."""
    asyncio.run(_make_tables(folder))
    begun_s = time.monotonic()
    fill(folder, asked.tracks, asked.seed)
    filled_s = time.monotonic() - begun_s
    wanted = queries(lambda: tracks(asked.tracks, asked.seed), asked.queries, asked.seed + 1000)
    serve = [sys.executable, "-m", "origin.cli", "serve", "--state", str(folder), "--port", "0"]
    serve += ["--api-requests-per-address", "0", "--no-packager"]
    log = (folder / "log").open("wb")
    with log, subprocess.Popen(serve, stdout=subprocess.PIPE, stderr=log, text=True) as process:
        try:
            url = (process.stdout or io.StringIO()).readline().rpartition(" ")[2].strip()
            return {
                "goals": _GOALS,
                "catalogue_written_s": round(filled_s, 1),
                **_measure(Server(url, process.pid), wanted, folder, asked),
            }
        finally:
            process.terminate()


async def _make_tables(folder: Path) -> None:
    async with open_database(folder, None):
        pass


def _measure(
    server: Server, wanted: Sequence[Query], folder: Path, asked: argparse.Namespace
) -> dict[str, Any]:
    client = Client(server.url)
    begun_s = time.monotonic()
    while client.ask("/v1/search?q=anything")[0]["degraded"]:
        if time.monotonic() - begun_s > _BUILT_WITHIN_S:
            raise SystemExit("The index is not built in the time there is.")
        time.sleep(0.2)
    built = {
        "build_s": round(time.monotonic() - begun_s, 1),
        "build_cpu_s": round(server.cpu_s(), 1),
        "memory_after_build_mb": server.memory_mb(),
    }
    lists = folder / "search"
    while not [*lists.glob("*.suggestions")] and time.monotonic() - begun_s < _BUILT_WITHIN_S:
        time.sleep(0.2)
    settled_s = _settled(server)
    return {
        **built,
        "settled_s": settled_s,
        "disk_mb": round(sum(_sizes(lists)) / 1e6, 1),
        "search": _searched(client, wanted, show=asked.show),
        "suggest": _suggested(client, wanted, Random(asked.seed)),
        "server_cpu_s": round(server.cpu_s() - built["build_cpu_s"], 1),
        "memory_mb": server.memory_mb(),
        "load_1min": round(os.getloadavg()[0], 2),
    }


def _settled(server: Server) -> float:
    """Wait until the server does nothing of its own: after a build, it joins what it has built."""
    begun_s = time.monotonic()
    while time.monotonic() - begun_s < _BUILT_WITHIN_S:
        before_s = server.cpu_s()
        time.sleep(_IDLE_S)
        if server.cpu_s() - before_s < _IDLE_CORES * _IDLE_S:
            return round(time.monotonic() - begun_s, 1)
    raise SystemExit("The server does not come to rest in the time there is.")


def _sizes(folder: Path) -> list[int]:
    return [path.stat().st_size for path in folder.rglob("*") if path.is_file()]


def _searched(client: Client, wanted: Sequence[Query], *, show: int) -> dict[str, Any]:
    """Ask each once, since answers are kept: some warm what is below, the others are timed."""
    found: dict[str, list[bool]] = defaultdict(list)
    took: dict[str, list[float]] = defaultdict(list)
    once = list({query.typed: query for query in wanted}.values())
    warming, timed = once[::_WARMING], [q for n, q in enumerate(once) if n % _WARMING]
    for number, query in enumerate((*warming, *timed)):
        said, took_ms = client.ask(f"/v1/search?limit=10&q={quote(query.typed)}")
        ids = {item["id"] for item in said["items"]}
        found[query.kind].append(bool(ids & query.meant))
        if number >= len(warming):
            took[query.kind].append(took_ms)
        if not ids & query.meant and show:
            titles = [(item["title"], item["artist"]) for item in said["items"][:3]]
            print(query, titles, file=sys.stderr)
    return {
        kind: {
            "queries": len(hits),
            "recall_at_10": round(sum(hits) / len(hits), 4),
            **_percentiles(took[kind]),
        }
        for kind, hits in found.items()
    }


def _suggested(client: Client, wanted: Sequence[Query], random: Random) -> dict[str, Any]:
    beginnings = {query.typed[: random.randint(1, 8)] for query in wanted}
    took = [client.ask(f"/v1/search/suggest?q={quote(typed)}")[1] for typed in sorted(beginnings)]
    return {"queries": len(took), **_percentiles(took)}


def _percentiles(took_ms: list[float]) -> dict[str, float]:
    took_ms.sort()
    return {
        "p50_ms": round(took_ms[len(took_ms) // 2], 2),
        "p99_ms": round(took_ms[len(took_ms) * 99 // 100], 2),
    }
