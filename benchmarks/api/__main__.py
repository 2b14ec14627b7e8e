"""Ask one question, print one JSON document."""

import argparse
from typing import Any

from benchmarks.api import queries, search, upload
from benchmarks.questions import first_line, tell

_OPTIONS: dict[str, tuple[Any, dict[str, int]]] = {
    "queries": (queries, {"tracks": 1_000_000, "artists": 100_000, "times": 500, "seed": 1}),
    "upload": (upload, {"megabytes": 200, "rounds": 3, "at_once": 50}),
    "search": (search, {"tracks": 2_000, "queries": 20, "rounds": 2, "seed": 1, "show": 0}),
}
"""The module that answers, and how much it does unless told otherwise."""


def main() -> None:
    """Measure, and print one JSON document."""
    asked = _parser().parse_args()
    module, options = _OPTIONS[asked.question]
    tell(module, asked, {name: getattr(asked, name) for name in options})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.api", description=first_line(__doc__)
    )
    questions = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")
    for name, (module, options) in _OPTIONS.items():
        question = questions.add_parser(name, help=first_line(module.__doc__))
        for option, value in options.items():
            question.add_argument(f"--{option.replace('_', '-')}", type=int, default=value)
    return parser


if __name__ == "__main__":
    main()
