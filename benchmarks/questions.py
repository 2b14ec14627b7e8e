"""What every question's program does: ask a module, and print one JSON document."""

import json
import tempfile
from argparse import Namespace
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


def tell(question: Question, asked: Namespace, about: Mapping[str, Any]) -> None:
    """Measure, and print what was found, after what is said ``about`` it."""
    with tempfile.TemporaryDirectory(prefix="soundbridge-") as name:
        found = question.answer(asked, Path(name))
    report = {"question": first_line(question.__doc__), **about, **found, **surroundings()}
    print(json.dumps(report, indent=2))


def first_line(text: str | None) -> str:
    """Return what a docstring says first."""
    return (text or "").partition("\n")[0]
