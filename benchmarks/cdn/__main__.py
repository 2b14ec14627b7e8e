"""Ask one question, print one JSON document."""

from typing import Any

from benchmarks.cdn import steering, token
from benchmarks.cdn.edges import answer as edges
from benchmarks.questions import ask

_OPTIONS: dict[str, tuple[Any, dict[str, float]]] = {
    "edges": (edges, {"plays": 10_000, "tracks": 300, "seed": 1, "rounds": 3}),
    "token": (token, {"tokens": 10_000, "rounds": 5}),
    "steering": (steering, {"seconds": 5.0, "rounds": 5, "pathways": 4}),
}
"""The module that answers, and how much it does unless told otherwise."""


if __name__ == "__main__":
    ask("python -m benchmarks.cdn", _OPTIONS)
