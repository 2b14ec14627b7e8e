"""Ten thousand connections that stay open, and a thousand requests a second over them.

One worker on one core, with its limits for each client; the clients on the other core come from
sixteen addresses, and ask for segments of 128 kbit/s. Memory is what one connection at rest adds
after many answers, and after the first; the kernel's own for its sockets is not in it.
"""

import statistics
import time
from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.asset import packaged
from benchmarks.origin.players import Figures, players
from benchmarks.origin.servers import soundbridge
from benchmarks.packaging.process_tree import memory_bytes, tree

_SERVER: Final = (0,)
_CLIENT: Final = (1,)
_CONNECTIONS: Final = 10_000
_REQUESTS_PER_S: Final = 1000
_FEW: Final = 10
_GOALS: Final = {"p99_ms": 50, "errors": 0, "kb_per_connection": 40}
LIMITED: Final = ("--trusted-proxies", "")
"""Else loopback would be a proxy's, and without limits."""


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Open them, weigh them, and ask over them."""
    asset = packaged(folder / "store")
    path = asset.segments["128k"][1]
    with soundbridge(asset.folder, folder / "log", *LIMITED, cores=_SERVER) as server:
        url = f"{server.url}{path}"
        with players(url, connections=_FEW, rate=_REQUESTS_PER_S, cores=_CLIENT) as few:
            few.ask(1)
        before_bytes = _memory_bytes(server.pid)
        with players(url, connections=_CONNECTIONS, rate=_REQUESTS_PER_S, cores=_CLIENT) as many:
            opened_bytes = _memory_bytes(server.pid)
            before_s, started_s = cpu_s(server.pid), time.monotonic()
            rounds = [many.ask(asked.seconds) for _ in range(asked.rounds)]
            busy = (cpu_s(server.pid) - before_s) / (time.monotonic() - started_s)
            at_rest_bytes = _memory_bytes(server.pid)
    return {
        "connections": _CONNECTIONS,
        "requests_per_s": _REQUESTS_PER_S,
        "opening": many.opened,
        "requests": sum(found["requests"] for found in rounds),
        "errors": many.opened["errors"] + sum(found["errors"] for found in rounds),
        **{name: _median(rounds, name) for name in ("p50_ms", "p99_ms", "p999_ms", "max_ms")},
        "kb_per_opened_connection": _each_kb(opened_bytes - before_bytes),
        "kb_per_connection": _each_kb(at_rest_bytes - before_bytes),
        "server_mb": round(at_rest_bytes / 1e6, 1),
        "server_core_share": round(busy, 3),
        "goals": _GOALS,
    }


def _median(rounds: list[Figures], name: str) -> float:
    return round(statistics.median(found[name] for found in rounds), 3)


def _each_kb(size_bytes: int) -> float:
    return round(size_bytes / _CONNECTIONS / 1000, 2)


def _memory_bytes(pid: int) -> int:
    return sum(map(memory_bytes, tree(pid)))


def cpu_s(pid: int) -> float:
    """Return what a process has computed so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks_per_s = 100
    return (int(fields[11]) + int(fields[12])) / ticks_per_s
