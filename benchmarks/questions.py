"""What every question's program does: ask a module, and print one JSON document."""

import json
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from benchmarks.packaging.machine import surroundings


class Question(Protocol):
    """A module that answers the question in the first line of its docstring."""

    __doc__: str | None

    @property
    def answer(self) -> Callable[[Namespace, Path], dict[str, Any]]:
        """What is called with what was asked, and a folder that goes away afterwards."""


def ask(program: str, questions: Mapping[str, tuple[Any, Mapping[str, float]]]) -> None:
    """Answer the question that the command line asks, by name, and print one JSON document.

    With each comes the module that answers, and how much it does unless told otherwise.
    """
    parser = ArgumentParser(prog=program, description="Ask one question, print one JSON document.")
    named = parser.add_subparsers(dest="question", required=True, metavar="QUESTION")
    for name, (module, options) in questions.items():
        question = named.add_parser(name, help=first_line(module.__doc__))
        for option, value in options.items():
            question.add_argument(f"--{option.replace('_', '-')}", type=type(value), default=value)
    asked = parser.parse_args()
    module, options = questions[asked.question]
    tell(module, asked, {name: getattr(asked, name) for name in options})


def tell(question: Question, asked: Namespace, about: Mapping[str, Any]) -> None:
    """Measure, and print what was found, after what is said ``about`` it."""
    with tempfile.TemporaryDirectory(prefix="soundbridge-") as name:
        found = question.answer(asked, Path(name))
    report = {"question": first_line(question.__doc__), **about, **found, **surroundings()}
    print(json.dumps(report, indent=2))


def first_line(text: str | None) -> str:
    """Return what a docstring says first."""
    return (text or "").partition("\n")[0]
