"""A server whose wall clock is set, by an hour or to 1970, while it serves.

What is fresh, what was heard and who waits goes by time that passes. Dates and tokens go by the
wall clock: both mean something outside.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email.utils import parsedate_to_datetime
from functools import partial
from http.client import HTTPConnection
from pathlib import Path

import pytest
from obstore.store import LocalStore

from manifests import layout
from origin.cache.running import telling
from tests.functional.listening import all_of, hear
from tests.functional.storing import reached
from tests.functional.supervising import Server, hearing, supervised, until
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, Request
from tests.servers.seaweedfs import Bucket
from tests.servers.set_clock import SetClock
from tests.servers.soundbridge import TIMEOUT_S, soundbridge_here
from tests.servers.valkey import valkey
from tests.sources.published import PublishedAsset, publish

HOUR_S = 3600
IN_1970_S = 1_000_000
REST_S = 0.02
"""After which a connection is at rest, so that the next request may be answered at once."""
LATE_S = 3.0
LIFE_S = 2.0
"""How long an entry may be given, fresh and then stale, by who hears of no changes."""


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """What programs go by that the test starts from now on."""
    clock = SetClock(tmp_path)
    for name, value in clock.environment.items():
        monkeypatch.setenv(name, value)
    return clock


def turn(clock: SetClock) -> Iterator[float]:
    """Set it in all ways; the value is what it shows at least."""
    for offset_s in (HOUR_S, -HOUR_S, 10 * 365 * 24 * HOUR_S, 0):
        clock.turn(offset_s)
        yield clock.now_s
    clock.set(IN_1970_S)
    yield clock.now_s


def play(store: LocalStore, asset: PublishedAsset) -> None:
    """Let ``/plays.m3u8`` play it."""
    entry = replace(asset.entry, playback_id="plays")
    store.put(layout.entry_key("plays"), entry.to_json())


class Player:
    """One connection, which lasts."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection(*server.address, timeout=TIMEOUT_S)

    def close(self) -> None:
        self._connection.close()

    def ask(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """Ask between two requests of which some time passes."""
        time.sleep(REST_S)
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        return response.status, dict(response.headers), response.read()

    def plays(self, asset: PublishedAsset) -> bool:
        """Tell whether ``/plays.m3u8`` plays an asset."""
        return f"{asset.entry.where.prefix}/".encode() in self.ask("/plays.m3u8")[2]


@pytest.mark.long
async def test_answers_are_right_and_dated_by_the_clock(
    store: LocalStore, asset: PublishedAsset, folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    del store
    entry = f"/{asset.entry.playback_id}.m3u8"
    with supervised(folder, tmp_path / "log") as server, closing(Player(server)) as player:
        workers = server.workers
        for shown_s in turn(clock):
            await hear(server.url, all_of(asset))
            for _ in range(4):  # the last of them from memory, with a head that was made before
                status, told, _ = player.ask(entry)
                date_s = parsedate_to_datetime(told["Date"]).timestamp()
                assert status == 200
                assert int(shown_s) <= date_s < shown_s + LATE_S
                modified = told.get("Last-Modified", told["Date"])
                assert parsedate_to_datetime(modified).timestamp() <= date_s, "RFC 9110 8.8.2.1"
        assert server.workers == workers
        stamped = until(
            lambda: [each for each in server.events("request") if "1970" in each["timestamp"]]
        )
        assert stamped[0]["duration_ms"] < 1000 * LATE_S
        assert "Traceback" not in server.log.read_text()


@pytest.mark.long
def test_how_long_an_entry_lives_does_not_follow_the_clock(
    store: LocalStore, folder: Path, clock: SetClock, tmp_path: Path
) -> None:
    assets = [publish(store, f"track-{number}") for number in range(6)]
    with supervised(folder, tmp_path / "log") as server, closing(Player(server)) as player:
        for asset, _ in zip(assets, turn(clock), strict=False):
            player.ask("/plays.m3u8")
            play(store, asset)
            changed_s = time.monotonic()
            until(partial(player.plays, asset))
            assert time.monotonic() - changed_s < LIFE_S + LATE_S


@pytest.mark.long
async def test_what_is_heard_of_changes_does_not_follow_the_clock(
    store: LocalStore, folder: Path, tmp_path: Path, clock: SetClock
) -> None:
    assets = [publish(store, f"track-{number}") for number in range(6)]
    with (
        valkey(tmp_path) as cache,
        hearing(folder, tmp_path / "log", cache.url) as server,
        closing(Player(server)) as player,
    ):
        for asset, _ in zip(assets, turn(clock), strict=False):
            player.ask("/plays.m3u8")
            play(store, asset)
            async with telling(cache.url) as tell:
                await tell([layout.entry_key("plays")])
            told_s = time.monotonic()
            until(partial(player.plays, asset))
            assert time.monotonic() - told_s < LATE_S
            await hear(server.url, all_of(asset))
        assert len(server.events("listening for changes")) == 1
        assert not server.events("not listening for changes")


@pytest.mark.long
def test_an_age_is_of_time_that_has_passed(
    s3: Bucket, clock: SetClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(s3.store("aged"))
    is_down = False

    def plan(_request: Request) -> Fault | None:
        return Fault.INTERNAL_ERROR if is_down else None

    with fault_proxy(s3, plan) as proxy:
        reached(proxy.bucket, monkeypatch)
        with (
            supervised("s3://audio/aged", tmp_path / "log") as server,
            closing(Player(server)) as player,
        ):
            begun_s = time.monotonic()
            _, _, content = player.ask("/first-light.m3u8")
            is_down = True
            for _ in turn(clock):
                told = until(
                    lambda: "Age" in (found := player.ask("/first-light.m3u8"))[1] and found
                )
                assert told[0] == 200
                assert told[2] == content
                assert int(told[1]["Age"]) <= time.monotonic() - begun_s


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The public one; the other is ``signing.pem``."""
    made = soundbridge_here("token", "new-key", tmp_path / "signing.pem")
    assert made.returncode == 0, made.stderr
    public = tmp_path / "public.json"
    public.write_text(made.stdout)
    return public


@pytest.mark.long
def test_tokens_end_by_the_clock(
    asset: PublishedAsset, folder: Path, tmp_path: Path, keys: Path, clock: SetClock
) -> None:
    signing = ("--signing-key", tmp_path / "signing.pem", "--for", "10m")
    token = soundbridge_here("token", "sign", "first-light", *signing).stdout.strip()
    rules = ("--playback-keys", str(keys), "--require-tokens")
    paths = [f"/t/{token}/first-light.m3u8", f"/t/{token}{asset.path}/128k/00000.m4s"]
    with supervised(folder, tmp_path / "log", *rules) as server, closing(Player(server)) as player:
        for offset_s, status in [(0, 200), (HOUR_S, 401), (0, 200), (-HOUR_S, 200), (660, 401)]:
            clock.turn(offset_s)
            for path in paths * 4:  # the last of them from memory
                said, told, _ = player.ask(path)
                assert said == status, (offset_s, path)
                assert status == 200 or told["Cache-Control"] == "no-store"
