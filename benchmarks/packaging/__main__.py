"""Ask one question, print one JSON document."""

import argparse
from pathlib import Path

from benchmarks.packaging import (
    against_ffmpeg,
    cores,
    first_segments,
    many_files,
    memory,
    same_coder,
)
from benchmarks.questions import first_line, tell

_QUESTIONS = {
    "ffmpeg": (against_ffmpeg, 540, 5),
    "same-coder": (same_coder, 540, 5),
    "cores": (cores, 540, 5),
    "first-segments": (first_segments, 3600, 5),
    "memory": (memory, 240, 1),
    "many-files": (many_files, 30, 3),
}
"""The module that answers, and how much it does unless told otherwise: seconds of sound, rounds."""


def main() -> None:
    """Measure, and print one JSON document."""
    asked = _parser().parse_args()
    about = {
        "source": asked.source.name if asked.source else "synthesised tune",
        "source_s": asked.seconds,
        "rounds": asked.rounds,
    }
    tell(_QUESTIONS[asked.question][0], asked, about)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.packaging", description=first_line(__doc__)
    )
    questions = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")
    for name, (module, seconds, rounds) in _QUESTIONS.items():
        question = questions.add_parser(name, help=first_line(module.__doc__))
        question.add_argument("source", nargs="?", type=Path, help="Music in the tune's place.")
        question.add_argument("--seconds", type=int, default=seconds, help="Length of a source.")
        question.add_argument("--rounds", type=int, default=rounds)
        if module is memory:
            question.add_argument("--hours", type=float, default=10, help="Of the long source.")
        if module is many_files:
            question.add_argument("--files", type=int, default=50)
            question.add_argument("--jobs", type=int, default=50, help="At a time.")
    return parser


if __name__ == "__main__":
    main()
