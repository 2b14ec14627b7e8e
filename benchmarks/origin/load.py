"""Load: requests made of a list, on connections that stay open (``asking``)."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.origin.servers import Server
from benchmarks.packaging.runs import pinned

CONNECTIONS: Final = 32
_TICK_S: Final = 1 / os.sysconf("SC_CLK_TCK")
"""Less time of a processor is not told of a process."""


@dataclass(frozen=True)
class Asked:
    """What is asked for, again and again: paths, one after the other, with the same headers.

    ``is_numbered`` puts a CMCD query behind each path that differs every time, ``numbered_header``
    names a header that does.
    """

    paths: Sequence[str]
    headers: Sequence[tuple[str, str]] = ()
    is_numbered: bool = False
    numbered_header: str | None = None


@dataclass(frozen=True)
class Served:
    """What a server did for it; per second of its processor too, as the load may be the limit.

    ``load_cores`` is how many processors the load kept busy: it is not the limit where they are
    fewer than it had.
    """

    requests_per_s: float
    requests_per_cpu_s: float
    p50_ms: float
    p99_ms: float
    load_cores: float


def load(server: Server, asked: Asked, *, seconds: int, cores: Sequence[int]) -> Served:
    """Ask a server for so long, from each core; SystemExit where anything but success came back."""
    return load_counting(server, asked, None, seconds=seconds, cores=cores)[0]


def load_counting(
    server: Server, asked: Asked, line: str | None, *, seconds: int, cores: Sequence[int]
) -> tuple[Served, float]:
    """Ask, and tell beside it the share of answers that have this line in their heads."""
    address = urlsplit(server.url)
    told = {
        "host": address.netloc,
        "port": address.port,
        "connections": CONNECTIONS // len(cores),
        "seconds": seconds,
        "counted": line,
        "server": server.pid,
        **asdict(asked),
    }
    said = _said([json.dumps(told)] * len(cores), cores)
    cpu_s = max(_TICK_S, *(one["server_cpu_s"] for one in said))
    requests = sum(one["requests"] for one in said)
    served = Served(
        requests_per_s=round(sum(one["requests"] / one["spent_s"] for one in said), 1),
        requests_per_cpu_s=round(requests / cpu_s, 1),
        p50_ms=round(max(one["p50_ms"] for one in said), 3),
        p99_ms=round(max(one["p99_ms"] for one in said), 3),
        load_cores=round(sum(one["cpu_s"] / one["spent_s"] for one in said), 3),
    )
    return served, round(sum(one["counted"] for one in said) / requests, 4)


def _said(told: Sequence[str], cores: Sequence[int]) -> list[dict[str, Any]]:
    """Run the program that asks once for each text, all at once; return what they say."""
    command = [*pinned(cores), sys.executable, "-m", "benchmarks.origin.asking"]

    def said(text: str) -> dict[str, Any]:
        done = subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise SystemExit("The load failed.")
        return dict(json.loads(done.stdout))

    with ThreadPoolExecutor(len(told)) as programs:
        return list(programs.map(said, told))
