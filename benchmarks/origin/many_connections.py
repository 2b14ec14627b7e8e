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
        before_mb = server.memory_mb()
        with players(url, connections=_CONNECTIONS, rate=_REQUESTS_PER_S, cores=_CLIENT) as many:
            opened_mb = server.memory_mb()
            before_s, started_s = server.cpu_s(), time.monotonic()
            rounds = [many.ask(asked.seconds) for _ in range(asked.rounds)]
            busy = (server.cpu_s() - before_s) / (time.monotonic() - started_s)
            at_rest_mb = server.memory_mb()
    return {
        "connections": _CONNECTIONS,
        "requests_per_s": _REQUESTS_PER_S,
        "opening": many.opened,
        "requests": sum(found["requests"] for found in rounds),
        "errors": many.opened["errors"] + sum(found["errors"] for found in rounds),
        **{name: _median(rounds, name) for name in ("p50_ms", "p99_ms", "p999_ms", "max_ms")},
        "kb_per_opened_connection": _each_kb(opened_mb - before_mb),
        "kb_per_connection": _each_kb(at_rest_mb - before_mb),
        "server_mb": at_rest_mb,
        "server_core_share": round(busy, 3),
        "goals": _GOALS,
    }


def _median(rounds: list[Figures], name: str) -> float:
    return round(statistics.median(found[name] for found in rounds), 3)


def _each_kb(size_mb: float) -> float:
    return round(size_mb * 1000 / _CONNECTIONS, 2)
