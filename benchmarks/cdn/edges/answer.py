"""What listeners cost the origin behind nginx and behind Varnish, cold and warm, or behind neither.

The same plays twice, each through an edge that was configured by ``soundbridge edge`` and holds
more than all that is asked for: the first pass is cold, the second warm. Zipf's law says what is
played (``replay.trace``); each play asks for its entry, media playlist and initialization section
first. Everything is asked as fast as it is answered, so that entries, which live for a minute, are
asked for anew less often than in real time: how often they would be there is counted beside it, for
an origin that nobody purges for. ``alone`` is the origin with nothing in front.
"""

import json
import statistics
import subprocess
import sys
import time
import urllib.request
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

from benchmarks.cdn.edges.catalogue import entry_path, published
from benchmarks.origin.memory.requests import asset_id_of
from benchmarks.origin.replay.trace import RUNGS, Trace, listening
from benchmarks.origin.servers import Server, nginx_version, soundbridge
from benchmarks.packaging.process_tree import watched
from cdn.edge.plan import Address, Edge
from tests.servers.edges.nginx import nginx
from tests.servers.edges.running import Starts
from tests.servers.edges.varnish import varnish
from tests.servers.seaweedfs import free_ports

_EDGES: Final[dict[str, Starts | None]] = {
    "nginx": partial(nginx, size="8g"),
    "varnish": partial(varnish, storage="8G"),
    "alone": None,
}
"""Eight gigabytes are more than all that is asked for."""
_PASSES: Final = ("cold", "warm")
_GOALS: Final = {"warm_segment_bytes_from_edge": 0.99}
_ENTRY_S: Final = 60.0
_TOLD_WITHIN_S: Final = 2.5
"""Workers tell what they have counted once a second."""

Costs = dict[str, float]


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask through each edge in its turn, again and again."""
    trace = listening(asked.plays, asked.tracks, asked.seed)
    store, sizes = folder / "store", folder / "sizes.json"
    sizes_bytes = published(store, trace, asked.tracks)
    with soundbridge(store, folder / "log", cores=()) as server:
        sizes_bytes |= {path: _size_bytes(server, path) for path in _entries(asked.tracks)}
    sizes.write_text(json.dumps(sizes_bytes))
    rounds: dict[str, list[dict[str, Costs]]] = {name: [] for name in _EDGES}
    for number in range(asked.rounds):
        for name, starts in _EDGES.items():
            place = folder / f"{name}-{number}"
            place.mkdir()
            rounds[name].append(_played(starts, store, place, asked, sizes))
    return {
        "goals": _GOALS,
        "listeners": asked.plays,
        "listened_s": round(trace.at_s[-1], 1),
        "working_set_gb": round(trace.distinct_bytes() / 1e9, 2),
        "entries_in_real_time": _entries_in_real_time(trace),
        "peers": {"nginx": nginx_version(), "varnish": _varnish_version()},
        **{name: _medians(each) for name, each in rounds.items()},
    }


def _played(
    starts: Starts | None, store: Path, place: Path, asked: Namespace, sizes: Path
) -> dict[str, Costs]:
    """Have all plays twice through one edge; return what each pass has cost."""
    (port,) = free_ports(1)
    options = ("--metrics-port", str(port), "--requests-per-client", "0")
    with (
        soundbridge(store, place / "log", *options, cores=()) as origin,
        _in_front(starts, origin, place) as (url, edge),
        watched(edge.pid) as watch,
    ):
        before, found = _costs(origin, edge, port), {}
        with _listeners(url, asked, sizes) as says:
            for each in _PASSES:
                said = next(says)
                after = _costs(origin, edge, port)
                found[each] = said | _between(before, after, said["segment_bytes"])
                before = after
        found["warm"]["edge_peak_mb"] = round(watch.peak_bytes / 1e6, 1)
    return found


@contextmanager
def _in_front(starts: Starts | None, origin: Server, place: Path) -> Iterator[tuple[str, Server]]:
    """Start an edge; without one, the origin is its own."""
    if starts is None:
        yield origin.url, origin
        return
    (folder := place / "edge").mkdir()
    where = Address.read(origin.url.removeprefix("http://"), 80)
    with starts(Edge(host="localhost", origins=[where]), folder) as running:
        yield running.url, Server(running.url, running.process.pid)


@contextmanager
def _listeners(url: str, asked: Namespace, sizes: Path) -> Iterator[Iterator[Costs]]:
    """Start the program that asks; what it says after each pass is what is yielded."""
    options = [f"--{name}={getattr(asked, name)}" for name in ("plays", "tracks", "seed")]
    program = [sys.executable, "-m", "benchmarks.cdn.edges.replaying", url, str(sizes)]
    with ExitStack() as ending:
        process = ending.enter_context(
            subprocess.Popen(
                [*program, *options, f"--passes={len(_PASSES)}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        ending.callback(process.kill)

        def says() -> Iterator[Costs]:
            for line in process.stdout or ():
                yield dict(json.loads(line))
                print(file=process.stdin, flush=True)
            raise SystemExit("The listeners ended before their time.")

        yield says()


def _costs(origin: Server, edge: Server, port: int) -> Costs:
    """Return what the origin was asked for so far, and how long both have computed."""
    costs = {"origin_cpu_s": origin.cpu_s(), "edge_cpu_s": edge.cpu_s()}
    time.sleep(_TOLD_WITHIN_S)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answered:
        lines = answered.read().decode().splitlines()
    return {
        "origin_requests": _sum(lines, "soundbridge_requests_total{"),
        "origin_segment_bytes": _sum(lines, 'soundbridge_sent_bytes_total{class="segment"}'),
        **costs,
    }


def _sum(lines: list[str], beginning: str) -> float:
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(beginning))


def _between(before: Costs, after: Costs, segment_bytes: float) -> Costs:
    spent = {name: round(after[name] - before[name], 3) for name in after}
    from_origin = spent.pop("origin_segment_bytes") / segment_bytes
    return {**spent, "segment_bytes_from_edge": round(max(0.0, 1 - from_origin), 5)}


def _entries(tracks: int) -> Iterator[str]:
    return (entry_path(track * len(RUNGS)) for track in range(tracks))


def _size_bytes(server: Server, path: str) -> int:
    with urllib.request.urlopen(f"{server.url}{path}", timeout=10) as answered:  # noqa: S310 ours
        return len(answered.read())


def _entries_in_real_time(trace: Trace) -> int:
    """Count how often an edge would ask for an entry anew, each of which lives for a minute."""
    fresh_until_s: dict[str, float] = {}
    fetches = 0
    for rendition, segment, at_s in zip(trace.renditions, trace.segments, trace.at_s, strict=True):
        asset_id = asset_id_of(rendition // len(RUNGS))
        if segment == 0 and at_s >= fresh_until_s.get(asset_id, 0.0):
            fresh_until_s[asset_id] = at_s + _ENTRY_S
            fetches += 1
    return fetches


def _varnish_version() -> str:
    told = subprocess.run(["varnishd", "-V"], capture_output=True, text=True, check=True)
    return told.stderr.partition("varnish-")[2].partition(" ")[0]


def _medians(rounds: list[dict[str, Costs]]) -> Mapping[str, Costs]:
    return {
        each: {
            name: round(statistics.median(one[each][name] for one in rounds), 5)
            for name in rounds[0][each]
        }
        for each in _PASSES
    }
