"""What is fetched is bound by the operator's limits, whoever fetches: `serve` or `worker`.

No process of ours asks loopback, so none fetches anything here. It holds an upload by the rules all
the same, and one of them says how long an upload stays that was held.
"""

import json
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest

from origin.database.sqlite import FILE_NAME
from tests.functional.supervising import Server, embedded, until
from tests.servers.soundbridge import TIMEOUT_S, running, soundbridge_here

HOURS = ("--upload-expiry", "1000")
FEW_HOURS = ("--upload-expiry", "2")


def key_of_somebody(state: Path) -> str:
    done = soundbridge_here("admin", "user", "add", "Ann", "--role", "creator", "--state", state)
    assert done.returncode == 0, done.stderr
    return soundbridge_here("admin", "key", "add", "Ann", "--state", state).stdout.strip()


def upload(server: Server, key: str) -> None:
    """Ask for what will not be fetched."""
    asked = urllib.request.Request(  # noqa: S310 our own server
        f"{server.url}/v1/uploads",
        json.dumps({"name": "song.wav", "url": "http://127.0.0.1:9/"}).encode(),
        {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310 as above
        assert answer.status == 201


def stays_h(state: Path) -> float:
    """Wait until the upload is given up; return for how many hours it is kept."""

    def found() -> float:
        with closing(sqlite3.connect(state / FILE_NAME, timeout=30)) as database:
            row = database.execute(
                "SELECT expires_s - created_s FROM uploads WHERE failure_code = 'address_refused'"
                " AND holder IS NULL"
            ).fetchone()
            return 0.0 if row is None else float(row[0])

    return until(lambda: found() or False) / 3600


@pytest.mark.long_if("worker")
@pytest.mark.parametrize("by", ["serve", "worker"])
def test_who_fetches_keeps_the_rules(tmp_path: Path, by: str) -> None:
    state = tmp_path / "state"
    key = key_of_somebody(state)
    served = HOURS if by == "serve" else (*FEW_HOURS, "--no-packager")
    with embedded(state, tmp_path / "log", *served) as server:
        upload(server, key)
        if by == "serve":
            assert 1000 <= stays_h(state) < 1001
            return
        with running("worker", "--store", state / "store", "--state", state, *HOURS):
            assert 1000 <= stays_h(state) < 1001
