"""The benchmark of search, in small: its figures mean little, but that what is meant is found."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.long

GOAL = 0.9


def test_it_finds_what_is_meant() -> None:
    program = [sys.executable, "-m", "benchmarks.api", "search"]
    asked = ["--tracks", "1000", "--queries", "10"]
    done = subprocess.run([*program, *asked], capture_output=True, timeout=110, check=False)
    assert done.returncode == 0, done.stderr.decode()
    report = json.loads(done.stdout)
    assert {"goals", "versions", "build_s", "disk_mb", "suggest"} <= report.keys()
    assert len(report["search"]) == 6
    assert all(kind["recall_at_10"] >= GOAL for kind in report["search"].values())
