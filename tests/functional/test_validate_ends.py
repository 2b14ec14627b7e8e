"""``soundbridge validate`` ends well: with the status it should, and within its time limit."""

import socket
from pathlib import Path

import pytest

from tests.servers.seaweedfs import Bucket
from tests.servers.soundbridge import soundbridge
from tests.sources.package import package_into

RUNS = 15


@pytest.mark.long
def test_no_thread_outlives_the_interpreter(tmp_path: Path, music: Path) -> None:
    # What goes wrong at the end of the process does so once in 25 times.
    folder = package_into(tmp_path, music).folder
    ends = [soundbridge("validate", folder) for _ in range(RUNS)]
    assert {(end.returncode, end.stderr) for end in ends} == {(0, "")}


def test_a_store_that_never_answers_does_not_hold_the_process_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        late = soundbridge(
            *("validate", "s3://bucket/music", "--time-limit", "1"),
            environment=Bucket("bucket", endpoint).environment,
        )
    assert (late.returncode, late.stderr) == (1, "")
    assert "took longer than 1 s" in late.stdout
