"""Ask one question, print one JSON document."""

from typing import Any

from benchmarks.origin import (
    against_nginx,
    many_connections,
    noted_reports,
    rude_clients,
    second_tier,
    store_misses,
    two_workers,
)
from benchmarks.origin.memory import answer as memory
from benchmarks.origin.replay import answer as replay
from benchmarks.questions import ask

_OPTIONS: dict[str, tuple[Any, dict[str, float]]] = {
    "nginx": (against_nginx, {"seconds": 5.0, "rounds": 5}),
    "two-workers": (two_workers, {"seconds": 5.0, "rounds": 5}),
    "l2": (second_tier, {"seconds": 5.0, "rounds": 5, "segments": 1500}),
    "store": (store_misses, {"seconds": 5.0, "rounds": 5, "segments": 1500}),
    "many-connections": (many_connections, {"seconds": 15.0, "rounds": 3}),
    "rude-clients": (rude_clients, {"seconds": 35.0, "rounds": 3}),
    "cmcd": (noted_reports, {"seconds": 5.0, "rounds": 5}),
    "memory": (memory, {"plays": 30_000, "tracks": 500, "seed": 1, "memory": 250}),
    "replay": (
        replay,
        {
            "plays": 300_000,
            "tracks": 10_000,
            "plays_per_minute": 600,
            "jitter_ms": 300,
            "seed": 1,
        },
    ),
}
"""The module that answers, and how much it does unless told otherwise."""


if __name__ == "__main__":
    ask("python -m benchmarks.origin", _OPTIONS)
