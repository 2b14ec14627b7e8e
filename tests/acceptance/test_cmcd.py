"""hls.js tells how it fares, by query and by header fields: what it starves of shows, and when not.

The player is hls.js as npm has it, whole, on a page of its own.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.connection import Connection
from tests.acceptance.creating import Creator, prepared
from tests.acceptance.listening import clip
from tests.acceptance.watching import be_there, wait_for_position
from tests.functional.scraping import metrics
from tests.functional.supervising import Server, embedded, until
from tests.servers.valkey import valkey
from tests.sources.made_once import made_once

pytestmark = pytest.mark.long

HLS_JS: Final = files("origin.web") / "node_modules/hls.js/dist/hls.min.js"
DURATION_S: Final = 26.0
SLOW_BPS: Final = 100_000
"""A segment of six seconds takes eight."""
TIMEOUT_MS: Final = 90_000
PLAY: Final = """async ([uri, useHeaders, rate, ahead_s]) => {
    const audio = document.body.appendChild(document.createElement('audio'));
    const hls = new Hls({
        cmcd: {useHeaders}, startLevel: 0, testBandwidth: false,
        maxBufferLength: ahead_s, maxMaxBufferLength: ahead_s,
    });
    window.hls = hls;
    window.audio = audio;
    window.troubles = [];
    hls.on(Hls.Events.ERROR, (_, {fatal, details}) => fatal && troubles.push(details));
    hls.on(Hls.Events.MANIFEST_PARSED, () => { hls.autoLevelCapping = 0; });
    hls.loadSource(uri);
    hls.attachMedia(audio);
    audio.playbackRate = rate;
    await audio.play();
}"""
STARVATIONS: Final = "soundbridge_cmcd_starvations_total"
OTHER_RUNG: Final = "soundbridge_cmcd_rung_seconds_total,rung=256k"
"""Of which hls.js asks for the initialization section, and tells of a seek as of a starvation."""
ENDED: Final = "() => window.audio.ended"


@dataclass
class Served:
    """A server with the API, and an asset of a creator's."""

    server: Server
    creator: Creator
    asset_id: str
    playback_id: str

    def quality(self) -> Any:
        """Return what the creator is told of the last days."""
        return self.creator.ask("GET", f"/v1/assets/{self.asset_id}/quality")["total"]


def prepare(folder: Path) -> None:
    """Let somebody upload a track."""
    state = folder / "state"
    with embedded(state, folder / "log") as server:
        prepared(state, "user", "add", "Ann", "--role", "creator")
        ann = Creator(server.url, prepared(state, "key", "add", "Ann"))
        upload = ann.ask("POST", "/v1/uploads", {"name": "song.flac"})
        source = clip("battle-epic.ogg", folder / "clip.flac", DURATION_S, {"title": "Epic"})
        ann.ask("PUT", upload["send"]["put"], content=source.read_bytes())
        asset = ann.becomes_ready(upload["asset_id"])
        (folder / "said").write_text(f"{ann.key} {asset['id']} {asset['playback_ids'][0]['id']}")
        server.stop()


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = made_once(tmp_path_factory, "told of", prepare)
    folder = tmp_path_factory.mktemp("told")
    return shutil.copytree(made, folder / "copy")


def serve(folder: Path, log: str) -> Any:
    return embedded(
        folder / "state", folder / log, "--workers", "2", "--metrics-port", "0", "--no-packager"
    )


def served(server: Server, folder: Path) -> Served:
    key, asset_id, playback_id = (folder / "said").read_text().split()
    return Served(server, Creator(server.url, key), asset_id, playback_id)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(TIMEOUT_MS)
    yield page
    page.close()


def open_player(page: Page, there: Served) -> None:
    page.goto(f"{there.server.url}/healthz")
    with as_file(HLS_JS) as script:
        page.add_script_tag(path=script)


def play(page: Page, there: Served, *, use_headers: bool, rate: float, ahead_s: float = 30) -> None:
    page.evaluate(PLAY, [f"/{there.playback_id}.m3u8", use_headers, rate, ahead_s])


@pytest.mark.parametrize("use_headers", [False, True])
def test_a_clean_connection_starves_nobody(page: Page, state: Path, *, use_headers: bool) -> None:
    with serve(state, f"clean {use_headers}") as server:
        there = served(server, state)
        before = there.quality()
        open_player(page, there)
        play(page, there, use_headers=use_headers, rate=4)
        page.wait_for_function(ENDED)
        assert page.evaluate("window.troubles") == []
        told = until(
            lambda: (
                (now := there.quality())["media_s"] >= before["media_s"] + DURATION_S - 6 and now
            )
        )
        assert told["sessions"] == before["sessions"] + 1
        assert told["starvations"] == before["starvations"]
        assert {rung["rung"] for rung in told["rungs"]} == {"128k"}
        counted = metrics(server)
        assert counted[STARVATIONS] == 0
        assert counted["soundbridge_cmcd_startup_seconds_count"] == 1
        assert counted["soundbridge_cmcd_throughput_bps_sum"] > 0


@pytest.mark.parametrize("use_headers", [False, True])
def test_a_slow_connection_shows_until_its_session_ends(
    page: Page, state: Path, *, use_headers: bool
) -> None:
    with serve(state, f"slow {use_headers}") as server:
        there = served(server, state)
        before = there.quality()
        connection = Connection(page)
        open_player(page, there)
        connection.becomes(down_bps=SLOW_BPS)
        play(page, there, use_headers=use_headers, rate=1)
        until(lambda: metrics(server)[STARVATIONS] > 0)
        connection.becomes()
        page.wait_for_function(ENDED)
        assert page.evaluate("window.troubles") == []
        told = until(
            lambda: (now := there.quality())["starvations"] > before["starvations"] and now
        )
        assert told["starved_s"] > before["starved_s"] + 1
        server.stop()
    with serve(state, f"slow {use_headers}, once more") as server:
        ratios = served(server, state).quality()["rebuffer_ratios"]
        assert sum(each["count"] for each in ratios if each["up_to"] != 0) > sum(
            each["count"] for each in before["rebuffer_ratios"] if each["up_to"] != 0
        )


def test_a_seek_starves_nobody(page: Page, state: Path) -> None:
    with serve(state, "seek") as server:
        there = served(server, state)
        open_player(page, there)
        play(page, there, use_headers=False, rate=1, ahead_s=4)
        page.wait_for_function("() => window.audio.currentTime > 1")
        page.evaluate("window.audio.currentTime = 14")
        page.wait_for_function("() => window.audio.currentTime > 14.5")
        page.evaluate("window.hls.autoLevelCapping = -1; window.hls.loadLevel = 1;")
        until(lambda: metrics(server).get(OTHER_RUNG, 0) > 0)
        assert page.evaluate("window.troubles") == []
        assert metrics(server)[STARVATIONS] == 0


def test_our_own_page_tells(page: Page, state: Path) -> None:
    with serve(state, "page") as server:
        there = served(server, state)
        before = there.quality()
        page.goto(f"{server.url}/?play={there.playback_id}")
        be_there(page)
        page.get_by_role("button", name="Play", exact=True).first.click()
        wait_for_position(page, 8)
        page.goto(f"{server.url}/healthz")
        until(lambda: metrics(server)["soundbridge_cmcd_startup_seconds_count"] == 1)
        server.stop()
    fetched = [line for line in (state / "page").read_text().splitlines() if "/00000.m4s" in line]
    assert len(fetched) == 1, "what was fetched early is what plays"
    with serve(state, "page, once more") as server:
        told = served(server, state).quality()
    assert told["sessions"] == before["sessions"] + 1
    assert told["media_s"] > before["media_s"]


def test_a_role_without_a_database_hands_over_what_it_heard(state: Path) -> None:
    with valkey(state) as cache:
        options = ("--cache", cache.url, "--no-packager")
        with (
            embedded(
                state / "state", state / "streaming", "--role", "streaming", *options
            ) as heard,
            embedded(state / "state", state / "upload", "--role", "upload", *options) as told,
        ):
            there = served(told, state)
            before = there.quality()
            entry = heard.get(f"/{there.playback_id}.m3u8").decode()
            folder = next(line for line in entry.splitlines() if line.endswith("/playlist.m3u8"))
            segment = f"/{folder.removesuffix('playlist.m3u8')}00000.m4s"
            heard.get(f"{segment}?CMCD=bl%3D5000%2Csid%3D%22x%22")
            heard.stop()  # which hands over at once
            until(lambda: there.quality()["sessions"] == before["sessions"] + 1)
