"""Every question of the benchmarks gets an answer: what is asked rarely must not rot.

All of it is short here, so that the figures mean nothing.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.long

SHORT = ("--seconds", "2", "--rounds", "1")
TIMEOUT_S = 400
"""A busy machine takes as long as it does, and some listen in real time."""
QUESTIONS = {
    "packaging ffmpeg": SHORT,
    "packaging same-coder": SHORT,
    "packaging cores": SHORT,
    "packaging first-segments": SHORT,
    "packaging memory": (*SHORT, "--hours", "0.001"),
    "packaging many-files": (*SHORT, "--files", "2", "--jobs", "2"),
    "origin nginx": ("--seconds", "0.2", "--rounds", "1"),
    "origin two-workers": ("--seconds", "0.2", "--rounds", "1"),
    "origin many-connections": ("--seconds", "0.2", "--rounds", "1"),
    "origin rude-clients": ("--seconds", "0.2", "--rounds", "1"),
    "origin l2": ("--seconds", "0.2", "--rounds", "1", "--segments", "200"),
    "origin store": ("--seconds", "0.2", "--rounds", "1", "--segments", "200"),
    "origin cmcd": ("--seconds", "0.2", "--rounds", "1"),
    "origin memory": ("--plays", "20", "--tracks", "5", "--memory", "40"),
    "origin replay": ("--plays", "500", "--tracks", "50"),
    "cdn steering": ("--seconds", "0.2", "--rounds", "1"),
    "cdn edges": ("--plays", "20", "--tracks", "5", "--rounds", "1"),
    "api upload": ("--megabytes", "20", "--rounds", "1", "--at-once", "5"),
    "api playable": ("--longest", "10", "--rounds", "1"),
    "api cached": ("--tracks", "500", "--seconds", "4"),
    "api mixed": ("--tracks", "500", "--per-s", "100", "--seconds", "2", "--warm-up", "1"),
    "api pages": ("--tracks", "2", "--rounds", "1"),
    "cdn token": ("--tokens", "300", "--rounds", "1"),
    "api queries": ("--tracks", "2000", "--artists", "50", "--times", "5"),
}


NO_COST = ("/nginx/warm/origin_", "/varnish/warm/origin_", "/alone/")
"""What is best at nothing, and what is there to compare with."""


@pytest.mark.timeout(TIMEOUT_S + 20)
@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered(question: str) -> None:
    package, name = question.split()
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{package}", name, *QUESTIONS[question]],
        capture_output=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    assert {"question", "goals", "versions", "processor", "cores"} <= report.keys()
    assert report["versions"]["ffmpeg"].startswith("n8")
    del report["load_before_1min"]
    nothing = [name for name, figure in figures(report) if figure <= 0]
    assert [name for name in nothing if not name.startswith(NO_COST)] == []


def figures(report: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """Yield all numbers of a report, with where they are in it."""
    if isinstance(report, dict):
        for key, value in report.items():
            yield from figures(value, f"{name}/{key}")
    elif isinstance(report, float):
        yield name, report
