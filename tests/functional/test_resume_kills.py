"""Packaging killed outright at any moment, and begun again: nothing unfinished is ever listed.

The long campaign: ``SOUNDBRIDGE_TEST_KILLS=100 pytest -m long tests/functional/test_resume_kills.py
--timeout 3600``. ``SOUNDBRIDGE_TEST_SEED`` makes other moments; both are said where it fails.
"""

import json
import os
import signal
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Final

import pytest

from manifests import layout
from tests.functional.looking import UNFINISHED, Contents, check, contents
from tests.servers.soundbridge import SOUNDBRIDGE
from tests.sources.audio import excerpt

pytestmark = pytest.mark.long

KILLS: Final = int(os.environ.get("SOUNDBRIDGE_TEST_KILLS", "6"))
SEED: Final = int(os.environ.get("SOUNDBRIDGE_TEST_SEED", "1"))
FINISH_S: Final = 120
ENTRY: Final = "entry/id.json"
SOURCE_S: Final = min(20 + KILLS, 80)  # two chunks in the quick run, three in a campaign


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return excerpt(tmp_path_factory.mktemp("source") / "x.wav", samples=SOURCE_S * 44_100)


class Attempts:
    """One store, into which one source is packaged until that comes to its end."""

    def __init__(self, source: Path, root: Path) -> None:
        self.root = root
        self._command = [*SOUNDBRIDGE, "package", str(source), str(root)]
        self._command += ["--asset-id", "a", "--playback-id", "id"]
        self._made_at_ns: dict[str, int] = {}

    def run(self, at_most_s: float) -> bool:
        """Package, and kill it after a while; tell whether it had ended by itself."""
        with self.root.with_suffix(".log").open("ab") as log:
            process = subprocess.Popen(
                self._command, stdout=log, stderr=log, start_new_session=True
            )
        try:
            status = process.wait(at_most_s)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(20)
            return False
        assert status == 0, self.root.with_suffix(".log").read_text()[-2000:]
        return True

    def look(self, complete: Contents) -> int:
        """Check what is there, and that it is not made again; return how many chunks are done."""
        check(contents(self.root), complete)
        records = self._records()
        now = {
            segment["name"]: (self._media(record) / segment["name"]).stat().st_mtime_ns
            for record in records
            for segment in json.loads(record.read_bytes())["segments"]
        }
        again = {name for name, made_at_ns in self._made_at_ns.items() if now[name] != made_at_ns}
        assert not again
        self._made_at_ns = now
        return len(records)

    def _records(self) -> list[Path]:
        found = (self.root / layout.GROWING_PREFIX).glob("*/*/*/*.json")
        return [path for path in found if UNFINISHED not in path.name]

    def _media(self, record: Path) -> Path:
        asset_id, revision = record.parts[-4:-2]
        return self.root / layout.MEDIA_PREFIX / asset_id / revision


def timeless(there: Contents) -> Contents:
    """The same without the moment at which an attempt began."""
    entry = json.loads(there[ENTRY])
    return {**there, ENTRY: json.dumps({**entry, "created_at": None}).encode()}


def test_killed_at_any_moment_it_goes_on_where_it_was(source: Path, tmp_path: Path) -> None:
    chance = Random(SEED)  # noqa: S311 a seed makes a failure come again
    undisturbed = Attempts(source, tmp_path / "undisturbed")
    started_s = time.monotonic()
    assert undisturbed.run(FINISH_S)
    longest_s = time.monotonic() - started_s
    complete = contents(undisturbed.root)
    chunks = undisturbed.look(complete)
    kills = resumed_chunks = 0
    while kills < KILLS:
        attempts = Attempts(source, tmp_path / f"store-{kills}")
        while not attempts.run(chance.uniform(0, longest_s) if kills < KILLS else FINISH_S):
            kills += 1
            resumed_chunks += attempts.look(complete)
        assert attempts.look(complete) == chunks
        assert timeless(contents(attempts.root)) == timeless(complete), f"{kills=} {SEED=}"
    assert resumed_chunks > 0, f"no kill hit it at work: {kills=} {SEED=}"
