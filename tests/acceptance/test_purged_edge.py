"""Behind a real Varnish, which may keep entries for a day, what changes is heard at once."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.servers.purged.varnish import SECRET, RunningVarnish, varnish
from tests.servers.seaweedfs import free_ports
from tests.servers.soundbridge import running, soundbridge_here, url_said

pytestmark = pytest.mark.long

WAIT_S = 60
SOON_S = 5
"""A busy machine takes longer than the second that it is; without a purge it would be a day."""


class Station:
    """A server behind Varnish, and a creator."""

    def __init__(self, origin: str, edge: str, key: str) -> None:
        self.origin, self.edge, self.key = origin, edge, key

    def say(self, method: str, path: str, body: object = None, content: bytes | None = None) -> Any:
        data = content if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.origin + path, data, method=method)  # noqa: S310
        request.add_header("Authorization", f"Bearer {self.key}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310 our own
            text = answer.read()
            return json.loads(text) if text else None

    def get(self, path: str) -> tuple[int, bytes, bool]:
        """Return what the edge gives: the status, the content, whether that is from a copy."""
        try:
            with urllib.request.urlopen(self.edge + path, timeout=WAIT_S) as answer:  # noqa: S310
                did = answer.headers["Cache-Status"].rpartition(", ")[2]
                return answer.status, answer.read(), "; hit" in did
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read(), False


def until(holds: Callable[[], object], seconds: float = WAIT_S) -> None:
    end_s = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end_s, "it did not come to that"
        time.sleep(0.05)


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Station]:
    monkeypatch.setenv("SOUNDBRIDGE_PURGE_SECRET", SECRET)
    (port,) = free_ports(1)
    state = tmp_path / "state"
    with varnish(port) as edge, serving(edge, state, port) as origin:
        soundbridge_here("admin", "user", "add", "Ann", "--role", "creator", "--state", state)
        key = soundbridge_here("admin", "key", "add", "Ann", "--state", state).stdout.strip()
        yield Station(origin, edge.url, key)


@contextmanager
def serving(edge: RunningVarnish, state: Path, port: int) -> Iterator[str]:
    options = ("--state", state, "--port", str(port), "--purge", edge.purger)
    with running("serve", *options) as process:
        yield url_said(process)


def test_what_is_packaged_again_and_deleted_is_seen_at_once(station: Station, music: Path) -> None:
    begun = station.say("POST", "/v1/uploads", {"name": "song.wav"})
    station.say("PUT", f"/v1/uploads/{begun['id']}/content", content=music.read_bytes())
    asset, entry = f"/v1/assets/{begun['asset_id']}", f"/{begun['playback_id']}.json"
    until(lambda: station.say("GET", asset)["state"] == "ready")
    until(lambda: station.get(entry)[2])
    before = station.get(entry)[1]
    playlist = station.get(entry.replace(".json", ".m3u8"))[1].decode()
    first = next(line for line in playlist.splitlines() if line.startswith("media/"))
    segment = first.replace("playlist.m3u8", "00000.m4s")
    until(lambda: station.get(f"/{segment}")[2])
    station.say("POST", f"{asset}/repackage", {"packed_audio": True})
    until(lambda: station.say("GET", asset)["is_packaging"] is False)
    until(lambda: station.get(entry)[1] != before, SOON_S)
    assert station.get(f"/{segment}")[2], "it is immutable, and was not dropped"
    until(lambda: station.get(entry)[2])
    station.say("DELETE", asset)
    until(lambda: station.get(entry)[0] == 404, SOON_S)
