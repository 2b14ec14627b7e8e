"""Kernels that lack something: it is said, it is what readers go without, and they read."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import pytest

from manifests import layout
from manifests.entry import Entry
from origin.packaging_job import PackagingJob, Terms, enqueue_packaging

ASKS_THEN_IS_CONFINED = """
import json, socket, sys
from pathlib import Path
from packager.limits import Limits
from packager.sandbox.allowance import allowance
from packager.sandbox.confinement import confine
from packager.sandbox.kernel import ask_kernel, lacking
from tests.functional.refusing import refuse

def can(attempt):
    try:
        attempt()
    except PermissionError:
        return False
    return True

def finds_open():
    attempts = {"landlock": Path("/etc/passwd").read_bytes, "seccomp": socket.socket}
    return [name for name, attempt in attempts.items() if can(attempt)]

_, source, *refused = sys.argv
refuse(*refused)
said = list(lacking(ask_kernel()))
before = finds_open()
confine(allowance(Limits(), 1), Path(source))
print(json.dumps([said, before, finds_open(), "av" in sys.modules]))
"""

WORKS = """
import sys
from origin.cli import main
from tests.functional.refusing import refuse
refuse("landlock")
main(sys.argv[1:])
"""
BOTH: Final = ("landlock", "seccomp")
WITHIN_S: Final = 60.0


@pytest.mark.parametrize("refused", [(), *((name,) for name in BOTH), BOTH])
def test_what_is_said_to_be_lacking_is_what_readers_go_without(
    music: Path, refused: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKS_THEN_IS_CONFINED, music, *refused],
        capture_output=True,
        check=True,
        timeout=WITHIN_S,
    )
    said, open_before, open_after, loads_decoder = json.loads(done.stdout)
    assert said == open_after
    assert set(said) >= set(refused)
    assert open_before == [*BOTH]  # to ask confines nobody
    assert not loads_decoder


def package_in_a_worker(folder: Path, source: Path) -> list[dict[str, Any]]:
    """Return what a worker logs that packages one source without Landlock."""
    state, store = folder / "state", folder / "store"
    job = PackagingJob(str(source), "asset", "plays", "2026-01-02T03:04:05Z")
    enqueue_packaging(state, None, job, Terms("ann", 0, None), job_id="job", now_s=time.time())
    options = ("worker", "--store", str(store), "--state", str(state))
    program = [sys.executable, "-c", WORKS, *options]
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True) as worker:
        try:
            wait_until_complete(store / layout.entry_key("plays"))
            worker.send_signal(signal.SIGTERM)
            _, said = worker.communicate(timeout=WITHIN_S)
        finally:
            worker.kill()
    return [json.loads(line) for line in said.splitlines()]


def wait_until_complete(entry: Path) -> None:
    deadline_s = time.monotonic() + WITHIN_S
    while not entry.is_file() or Entry.from_json(entry.read_bytes()).provisional:
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


@pytest.mark.long
def test_a_worker_says_once_what_its_readers_lack_and_works(tmp_path: Path, music: Path) -> None:
    events = package_in_a_worker(tmp_path, music)
    (warning,) = [event for event in events if event["level"] == "warning"]
    assert warning["event"] == "readers less confined"
    assert warning["lacking"] == ["landlock"]
    assert "use Linux 5.13 or later" in warning["remedy"]
    assert [event["event"] for event in events][:2] == ["worker started", "readers less confined"]
    assert "job succeeded" in [event["event"] for event in events]
