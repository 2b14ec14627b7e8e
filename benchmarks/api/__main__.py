"""Ask one question, print one JSON document."""

from typing import Any

from benchmarks.api import cached, mixed, pages, playable, queries, search, upload
from benchmarks.questions import ask

_OPTIONS: dict[str, tuple[Any, dict[str, float]]] = {
    "queries": (queries, {"tracks": 1_000_000, "artists": 100_000, "times": 500, "seed": 1}),
    "cached": (cached, {"tracks": 20_000, "seconds": 30.0, "seed": 1}),
    "mixed": (
        mixed,
        {"tracks": 20_000, "per_s": 1_000.0, "seconds": 60.0, "warm_up": 120.0, "seed": 1},
    ),
    "upload": (upload, {"megabytes": 200, "rounds": 3, "at_once": 50}),
    "pages": (pages, {"tracks": 8, "rounds": 5}),
    "playable": (playable, {"longest": 7200, "rounds": 3}),
    "search": (search, {"tracks": 1_000_000, "queries": 300, "seed": 1, "show": 0}),
}
"""The module that answers, and how much it does unless told otherwise."""


if __name__ == "__main__":
    ask("python -m benchmarks.api", _OPTIONS)
