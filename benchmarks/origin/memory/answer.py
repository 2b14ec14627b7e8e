"""How much memory a cache takes against its bound, after a tenth, half and all of many requests.

Zipf's law says what is asked for, of far more than fits: once of the readers alone, in a process of
their own under a simulated clock, and once of a server by HTTP. Memory counts from before the first
request for a segment, when all indexes are known, against the share of objects; and, of the server,
from its start, against all that it was given. The files of a rung are one, under many names.
"""

import http.client
import json
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.origin.catalogue import linking, publish
from benchmarks.origin.memory.requests import (
    OPTIONS,
    STAGES,
    asset_id_of,
    contents,
    trace_of,
)
from benchmarks.origin.replay.trace import RUNGS, Trace
from benchmarks.origin.servers import Server, soundbridge
from benchmarks.packaging.process_tree import memory_bytes
from origin.heap import few_heaps
from origin.memory_shares import shares_of

_NONE_AT: Final = 99_999
"""A number that no segment has."""
_GOALS: Final = {"of_bound": 1.1, "of_half": 1.02, "of_all": 1.1}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask both, one after the other."""
    few_heaps()
    store, trace = folder / "store", trace_of(asked)
    first = _published(store, trace, asked.tracks)
    readers = _asked("reading", str(store), asked, lambda pid: memory_bytes(pid) / 1e6)
    with soundbridge(store, folder / "log", "--memory", str(asked.memory), cores=()) as server:
        started_mb = server.memory_mb()
        _let_know(server, first)
        served = _asked("replaying", server.url, asked, lambda _: server.memory_mb())
    return {
        "requests": len(trace.segments),
        "distinct_gb": round(trace.distinct_bytes() / 1e9, 1),
        "readers": readers,
        "server": {
            "started_mb": started_mb,
            "of_all": round((served["mb"] - started_mb) / asked.memory, 3),
            **served,
        },
        "goals": _GOALS,
    }


def _published(store: Path, trace: Trace, tracks: int) -> list[str]:
    """Publish all tracks, each as long as it is asked for; return a path of each."""
    longest = [0] * tracks
    for rendition, segment in zip(trace.renditions, trace.segments, strict=True):
        track = rendition // len(RUNGS)
        longest[track] = max(longest[track], segment)
    put = linking(store)
    rungs = {rung: lambda _, content=content: content for rung, content in contents().items()}
    return [
        publish(put, asset_id_of(track), rungs, last + 1)[0] for track, last in enumerate(longest)
    ]


def _let_know(server: Server, paths: list[str]) -> None:
    """Have all indexes read, and no segment: by asking for one that none of them has."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    for path in paths:
        connection.request("GET", f"{path.rpartition('/')[0]}/{_NONE_AT}.m4s")
        answer = connection.getresponse()
        answer.read()
        if answer.status != HTTPStatus.NOT_FOUND:
            raise SystemExit(f"There is a segment {_NONE_AT}, or no answer: {answer.status}.")
    connection.close()


def _asked(
    program: str, where: str, asked: Namespace, look_mb: Callable[[int], float]
) -> dict[str, Any]:
    """Let a program ask; return what there was to see after each of its stages."""
    options = [f"--{name}={getattr(asked, name)}" for name in OPTIONS]
    command = [sys.executable, "-m", f"benchmarks.origin.memory.{program}", where, *options]
    found: list[dict[str, Any]] = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise AssertionError
        for line in process.stdout:
            found.append({**json.loads(line), "mb": look_mb(process.pid)})
            print(file=process.stdin, flush=True)
    if len(found) != len(STAGES):
        raise SystemExit(f"The program {program} ended before its time.")
    return _told(found, shares_of(asked.memory * 1_000_000).objects / 1e6)


def _told(found: list[dict[str, Any]], bound_mb: float) -> dict[str, Any]:
    base_mb = found[0]["mb"]
    grown_mb = [each["mb"] - base_mb for each in found[1:]]
    return {
        "base_mb": round(base_mb, 1),
        "grown_mb": {
            f"{share:.0%}": round(mb, 1) for share, mb in zip(STAGES[1:], grown_mb, strict=True)
        },
        "of_bound": round(grown_mb[-1] / bound_mb, 3),
        "of_half": round(grown_mb[-1] / grown_mb[-2], 3),
        **found[-1],
    }
