"""How many kept answers of the API one core gives in a second, and how many of a mix are kept.

One worker on the first core, wrk on the second. ``hot`` is one track, ``list`` one page of 20
tracks, ``compressed`` the same with Brotli. ``mix`` is what ``mix`` says, on a catalogue that
changes now and then: once a second somebody says something else of a track. It begins with nothing
kept: ``cold`` is the first half of the time, ``mix`` the second. A join of a read that is under way
is no hit.
"""

import json
import re
import subprocess
import threading
import urllib.request
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

from benchmarks.api.mix import UNLIMITED, Counted, Reads, made, wait_until_ready
from benchmarks.origin.servers import Server, soundbridge
from benchmarks.packaging.runs import pinned
from tests.servers.seaweedfs import free_ports

_SERVER: Final = (0,)
_LOAD: Final = (1,)
_CONNECTIONS: Final = 32
_PATHS_MAX: Final = 200_000
_GOALS: Final = {"requests_per_s": 4_000, "hit_ratio": 0.9}
_SCRIPT: Final = """
local paths, at = {}, 0
for line in io.lines("%s") do paths[#paths + 1] = line end
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
"""
_UNITS_MS: Final = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Make the catalogue, serve it, and ask."""
    state, media = folder / "state", folder / "media"
    media.mkdir()
    key = made(state, asked.tracks, asked.seed)
    reads = Reads(asked.tracks, asked.seed)
    (port,) = free_ports(1)
    options = ("--state", str(state), *UNLIMITED, "--metrics-port", str(port))
    with soundbridge(media, folder / "log", *options, cores=_SERVER) as server:
        wait_until_ready(server)
        with changing(server, key, reads.ids):
            cold, mix = (_of_mix(server, reads, port, folder, asked.seconds) for _ in range(2))
        hot = _asked(server, [f"/v1/tracks/{reads.ids[0]}"], folder, asked.seconds)
        page = ["/v1/tracks"]
        return {
            "goals": _GOALS,
            "hot": hot,
            "list": _asked(server, page, folder, asked.seconds),
            "compressed": _asked(server, page, folder, asked.seconds, "Accept-Encoding: br"),
            "cold": cold,
            "mix": mix,
            "memory_mb": server.memory_mb(),
        }


def _of_mix(
    server: Server, reads: Reads, port: int, folder: Path, seconds: float
) -> dict[str, float]:
    before = Counted(port)
    found = _asked(server, reads.some(_PATHS_MAX), folder, seconds)
    return found | {"hit_ratio": before.hit_ratio()}


@contextmanager
def changing(server: Server, key: str, ids: Sequence[str], every_s: float = 1.0) -> Iterator[None]:
    """Say something else of one track after the other, the most wanted first."""
    is_over = threading.Event()

    def change() -> None:
        for number in count():
            if is_over.wait(every_s):
                return
            request = urllib.request.Request(  # noqa: S310 our own server
                f"{server.url}/v1/tracks/{ids[number % len(ids)]}",
                json.dumps({"description": f"Said {number}"}).encode(),
                {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
                method="PATCH",
            )
            urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 see above

    changes = threading.Thread(target=change)
    changes.start()
    try:
        yield
    finally:
        is_over.set()
        changes.join()


def _asked(
    server: Server, paths: Sequence[str], folder: Path, seconds: float, *fields: str
) -> dict[str, float]:
    """Ask with wrk for these paths, one after the other; SystemExit where any was refused."""
    listed, script = folder / "paths", folder / "paths.lua"
    listed.write_text("\n".join(paths), encoding="utf-8")
    script.write_text(_SCRIPT % listed, encoding="utf-8")
    before_s = server.cpu_s()
    load = ["wrk", "-t1", f"-c{_CONNECTIONS}", f"-d{max(int(seconds), 1)}s", "--latency"]
    load += ["-s", str(script), *(part for field in fields for part in ("-H", field)), server.url]
    done = subprocess.run([*pinned(_LOAD), *load], capture_output=True, text=True, check=False)
    if done.returncode or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"The load failed:\n{done.stdout}{done.stderr}")
    cpu_s = server.cpu_s() - before_s
    requests = int(_read(r"(\d+) requests in", done.stdout))
    return {
        "requests_per_s": float(_read(r"Requests/sec:\s+([\d.]+)", done.stdout)),
        "requests_per_cpu_s": round(requests / cpu_s, 1),
        "p50_ms": _ms(_read(r"\n\s+50%\s+(\S+)", done.stdout)),
        "p99_ms": _ms(_read(r"\n\s+99%\s+(\S+)", done.stdout)),
    }


def _read(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"wrk said:\n{text}")
    return found[1]


def _ms(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()  # type: ignore[union-attr]
    return round(float(number) * _UNITS_MS[unit], 3)
