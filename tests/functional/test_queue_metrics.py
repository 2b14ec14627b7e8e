"""What `/metrics` tells of a queue that nobody works through."""

from pathlib import Path

import pytest

from tests.functional.scraping import metrics
from tests.functional.supervising import embedded, until
from tests.servers.soundbridge import soundbridge

JOBS = "soundbridge_queue_jobs,kind=package,state=queued"


@pytest.mark.long
def test_a_queue_that_nobody_works_through_is_told(tmp_path: Path, music: Path) -> None:
    state = tmp_path / "state"
    done = soundbridge("enqueue", music, "--state", state)
    assert done.returncode == 0, done.stderr
    options = ("--metrics-port", "0", "--no-packager")
    with embedded(state, tmp_path / "log", *options) as server:
        until(lambda: JOBS in metrics(server))
        said = metrics(server)
    assert said[JOBS] == 1, "however many workers say so"
    assert said["soundbridge_queue_oldest_seconds,kind=package"] > 0
    assert said["soundbridge_queue_busy_workers"] == 0
