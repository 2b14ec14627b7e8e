"""Every question of ``benchmarks.packaging`` gets an answer: what is asked rarely must not rot.

The sources are seconds long here, so that the figures mean nothing.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

QUESTIONS = {
    "ffmpeg": [],
    "same-coder": [],
    "cores": [],
    "first-segments": [],
    "memory": ["--hours", "0.001"],
    "many-files": ["--files", "2", "--jobs", "2"],
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_is_answered(question: str) -> None:
    asked = [question, "--seconds", "2", "--rounds", "1", *QUESTIONS[question]]
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.packaging", *asked],
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    assert {"question", "goals", "versions", "processor", "cores"} <= report.keys()
    assert report["versions"]["ffmpeg"].startswith("n8")
    del report["load_before_1min"]
    assert all(figure > 0 for figure in figures(report))


def figures(report: Any) -> Iterator[float]:
    """Yield all numbers of a report."""
    if isinstance(report, dict):
        for value in report.values():
            yield from figures(value)
    elif isinstance(report, float):
        yield report
