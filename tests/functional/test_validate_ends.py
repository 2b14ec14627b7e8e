"""``soundbridge validate`` ends well: with the status it should, and within its time limit."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.sources.package import package_into

RUNS = 15


def validate(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "origin.cli", "validate", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | environment,
    )


def test_no_thread_outlives_the_interpreter(tmp_path: Path, music: Path) -> None:
    # What goes wrong at the end of the process does so once in 25 times.
    folder = package_into(tmp_path, music).folder
    ends = [validate(folder) for _ in range(RUNS)]
    assert {(end.returncode, end.stderr) for end in ends} == {(0, "")}


def test_a_store_that_never_answers_does_not_hold_the_process_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        late = validate(
            "s3://bucket/music",
            "--time-limit",
            "1",
            AWS_ENDPOINT_URL=f"http://127.0.0.1:{silent.getsockname()[1]}",
            AWS_ALLOW_HTTP="true",
            AWS_ACCESS_KEY_ID="key",
            AWS_SECRET_ACCESS_KEY="secret",  # noqa: S106  # of nothing
        )
    assert (late.returncode, late.stderr) == (1, "")
    assert "took longer than 1 s" in late.stdout
    assert time.monotonic() - began < 15
