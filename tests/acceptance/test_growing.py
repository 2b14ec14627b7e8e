"""Listening to an asset while ``soundbridge package`` is still at it.

The process is held with eleven segments listed, so that players surely join what is unfinished.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from manifests.media_playlist import MediaPlaylist
from manifests.parse import parse_playlist
from tests.acceptance.listening import clip
from tests.acceptance.packaging import packaging
from tests.acceptance.watching import (
    FAST,
    open_page,
    position_s,
    wait_for_duration,
    wait_for_position,
    wait_for_state,
    watched,
)
from tests.servers.soundbridge import serving
from tests.sources.audio import FFMPEG
from tests.sources.bad import float_wav

TITLE: Final = "Knolls"
DURATION_S: Final = 80
BROKEN_S: Final = 132
SEGMENTS: Final = 11
HELD_S: Final = SEGMENTS * 258 * 1024 / 44_100
STEREO_FRAME_BYTES: Final = 4


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("music") / "growing.flac"
    return clip("knolls.ogg", target, DURATION_S, {"title": TITLE})


@pytest.fixture(scope="module")
def origin(store: Path) -> Iterator[str]:
    with serving(store) as url:
        yield url


FIRST_SIZES: Final = """() => performance.getEntriesByType('resource')
    .filter(({name}) => name.endsWith('/00000.m4s')).map(({transferSize}) => transferSize)"""
"""What came over the network of the first segment, each time that it was asked for."""


def play(page: Page, rate: float) -> None:
    page.get_by_role("button", name="Play").click()
    page.evaluate(f"document.querySelector('audio').playbackRate = {rate}")


@pytest.mark.long
def test_it_plays_from_its_beginning_to_its_end_while_it_is_packaged(
    page: Page, source: Path, store: Path
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    with packaging(source, store, "from-zero", segments=SEGMENTS) as held:
        open_page(page, "/?play=from-zero")
        expect(page.locator(".preparation")).to_contain_text("still being prepared")
        assert position_s(page) == 0
        play(page, FAST)
        wait_for_position(page, 8)
        held.go_on()
        page.set_default_timeout(2_000 * DURATION_S / FAST)
        wait_for_state(page, "ended")
        assert held.wait() == 0
    segments = [url.rpartition("/")[2] for url in asked if url.endswith(".m4s")]
    first, *others = segments
    assert first == others[0] == "00000.m4s"  # foretold: it comes once, beside its head
    assert others == [f"{number:05d}.m4s" for number in range(len(others))]
    assert [size > 0 for size in page.evaluate(FIRST_SIZES)] == [True, False]
    seen = watched(page)
    assert seen["positions"][0] == 0
    assert seen["troubles"] == []
    assert seen["starved"] == 0
    assert position_s(page) == pytest.approx(DURATION_S, abs=0.03)
    page.wait_for_selector("sound-player[data-asset=ready]")
    expect(page.locator(".preparation")).to_be_empty()
    expect(page.locator(".facts")).to_contain_text("LUFS")
    page.wait_for_selector(".cover-image:not([hidden])")
    expect(page).to_have_title(TITLE)
    assert any(url.endswith("/waveform.dat") for url in asked)
    assert complaints == []


@pytest.mark.long
def test_a_browser_without_media_source_plays_what_it_joined_natively(
    page: Page, source: Path, store: Path
) -> None:
    """Chromium's own HLS begins at the start, too, but takes an EVENT playlist as it finds it."""
    page.add_init_script("delete window.MediaSource; delete window.ManagedMediaSource;")
    with packaging(source, store, "native", segments=SEGMENTS):
        open_page(page, "/?play=native")
        expect(page.locator(".tracks [data-playback-id=native]")).to_contain_text("preparing")
        play(page, 1)
        wait_for_position(page, 1)
        assert page.get_attribute("sound-player", "data-engine") == "native"
        assert position_s(page) < HELD_S / 2
        page.evaluate(f"document.querySelector('audio').currentTime = {HELD_S - 4}")
        wait_for_position(page, HELD_S - 1)
    assert watched(page)["troubles"] == []


@pytest.mark.long
def test_ffmpeg_hears_every_sample_of_what_was_not_complete(
    source: Path, store: Path, origin: str
) -> None:
    """Whenever its playlist has grown, ffmpeg reads the same EXT-X-MAP again, and warns of that."""
    options = ["-nostdin", "-v", "error", "-prefer_x_start", "1"]
    with packaging(source, store, "ffmpeg", segments=SEGMENTS) as held:
        url = f"{origin}/{held.playlists[0].relative_to(store).as_posix()}"
        with subprocess.Popen(
            [FFMPEG, *options, "-i", url, "-f", "s16le", "-"],
            bufsize=0,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as listener:
            assert listener.stdout is not None
            first = listener.stdout.read(STEREO_FRAME_BYTES)
            held.go_on()
            rest, said = listener.communicate(timeout=60)
        assert held.wait() == 0
    (index,) = (store / "media" / "ffmpeg").glob("*/index.json")
    assert said.decode() == ""
    assert len(first + rest) == json.loads(index.read_bytes())["samples"] * STEREO_FRAME_BYTES


@pytest.mark.long
def test_who_listens_to_what_is_withdrawn_hears_what_there_is(
    page: Page, store: Path, tmp_path: Path
) -> None:
    broken = float_wav(tmp_path / "broken.wav", value=float("nan"), duration_s=BROKEN_S)
    with packaging(broken, store, "broken", segments=SEGMENTS) as held:
        open_page(page, "/?play=broken")
        held.go_on()
        assert held.wait() == 1
        (playlist, *_) = map(parse_playlist, (path.read_bytes() for path in held.playlists))
    assert isinstance(playlist, MediaPlaylist)
    there_s = float(sum(segment.duration_s for segment in playlist.segments))
    page.wait_for_selector("sound-player[data-asset=curtailed]")
    expect(page.locator(".preparation")).to_contain_text("ends early")
    play(page, 1)
    wait_for_duration(page, there_s)  # until it has seen the last playlist
    page.get_by_role("slider", name="Position").press("End")
    wait_for_state(page, "ended")
    assert HELD_S - 6 < there_s < BROKEN_S - 6
    assert position_s(page) == pytest.approx(there_s, abs=0.1)
    assert watched(page)["troubles"] == []
