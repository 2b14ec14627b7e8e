"""How the API keeps up with so many requests a second, whether or not the last are answered.

Arrivals are those of many who know nothing of each other (Poisson): a request is sent when it is
due, and has waited since then. Of 100, 91 are reads as ``mix`` says, 8 are beacons of plays
(begun, and after 30 s counted), and 1 says something else of a track. One worker on the first core,
with whatever the load needs on the second. It begins with nothing kept: the load grows
for two minutes (``warm_up_s``) to what it is to be, and only then is measured. ``hit_ratio`` is of
then, ``hit_ratio_from_cold`` of all of the time.
"""

import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from benchmarks.api.mix import UNLIMITED, Counted, made, wait_until_ready
from benchmarks.origin.servers import soundbridge
from benchmarks.packaging.runs import pinned
from tests.servers.seaweedfs import free_ports

_SERVER: Final = (0,)
_LOAD: Final = (1,)
_GOALS: Final = {"p99_ms": 25.0, "errors": 0.0001, "hit_ratio": 0.9}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Make the catalogue, serve it, and ask."""
    state, media = folder / "state", folder / "media"
    media.mkdir()
    key = made(state, asked.tracks, asked.seed)
    (port,) = free_ports(1)
    options = ("--state", str(state), *UNLIMITED, "--metrics-port", str(port))
    with soundbridge(media, folder / "log", *options, cores=_SERVER) as server:
        wait_until_ready(server)
        told = {
            "url": server.url,
            "key": key,
            "per_s": asked.per_s,
            "seconds": asked.seconds,
            "warm_up_s": asked.warm_up,
            "tracks": asked.tracks,
            "seed": asked.seed,
        }
        command = [*pinned(_LOAD), sys.executable, "-m", "benchmarks.api.arriving"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as load:
            if load.stdin is None or load.stdout is None:
                raise SystemExit("The load cannot be told what to do.")
            load.stdin.write(json.dumps(told))
            load.stdin.close()
            cold = Counted(port)
            load.stdout.readline()  # it is warm
            before, cpu_s = Counted(port), server.cpu_s()
            found = json.loads(load.stdout.readline() or "null")
        if found is None:
            raise SystemExit("The load failed.")
        cores = (server.cpu_s() - cpu_s) / found.pop("spent_s")
        return {
            "goals": _GOALS,
            **found,
            "hit_ratio": before.hit_ratio(),
            "hit_ratio_from_cold": cold.hit_ratio(),
            "server_cores": round(cores, 3),
            "server_cpu_ms": round(cores * 1000 / found["requests_per_s"], 3),
            "memory_mb": server.memory_mb(),
        }
