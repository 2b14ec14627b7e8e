"""A worker that takes more jobs at a time than asyncio has threads of its own."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Final

from manifests.entry import Entry
from origin.packaging_job import PackagingJob, Terms, enqueue_packaging
from tests.servers.soundbridge import SOUNDBRIDGE
from tests.sources.sine import write_sine

JOBS: Final = min(32, (os.cpu_count() or 1) + 4) + 2
FINISH_S: Final = 90.0


def test_all_jobs_at_a_time_are_published(tmp_path: Path) -> None:
    source = write_sine(tmp_path / "tone.wav")
    state, store = tmp_path / "state", tmp_path / "store"
    for number in range(JOBS):
        job = PackagingJob(str(source), f"a{number}", f"p{number}", "2026-01-02T03:04:05Z")
        terms = Terms("ann", 0, None)
        enqueue_packaging(state, None, job, terms, job_id=f"j{number}", now_s=time.time())
    where = ("--store", str(store), "--state", str(state), "--jobs", str(JOBS))
    command = [*SOUNDBRIDGE, "worker", *where]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as worker:
        try:
            deadline_s = time.monotonic() + FINISH_S
            while final(store) < JOBS:
                assert time.monotonic() < deadline_s, f"only {final(store)} of {JOBS} are published"
                time.sleep(0.1)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(FINISH_S) == 0
        finally:
            worker.kill()


def final(store: Path) -> int:
    entries = (Entry.from_json(path.read_bytes()) for path in store.glob("entry/*.json"))
    return sum(not entry.provisional for entry in entries)
