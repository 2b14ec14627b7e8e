"""Chromium plays what is made beside the usual ladder: FLAC in fMP4, and packed audio."""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from playwright.sync_api import Page, Route, expect

from tests.acceptance.listening import Track, clip, package
from tests.acceptance.watching import (
    RATE,
    longest_pause_s,
    open_page,
    position_s,
    wait_for_position,
    wait_for_sound,
    wait_for_state,
    watched,
)
from tests.sources.audio import sound_of

pytestmark = pytest.mark.long

DURATION_S: Final = 40
NEARLY_ALL_S: Final = 29
"""As far as sound is loaded ahead."""

DECODE: Final = """async file => {
    const bytes = Uint8Array.from(atob(file), one => one.charCodeAt(0));
    const context = new OfflineAudioContext(2, 1, 44100);
    const decoded = await context.decodeAudioData(bytes.buffer);
    return Promise.all([0, 1].map(async channel => {
        const reader = new FileReader();
        reader.readAsDataURL(new Blob([decoded.getChannelData(channel)]));
        await new Promise(resolve => { reader.onload = resolve; });
        return reader.result.split(',')[1];
    }));
}"""


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("music") / "clip.flac"
    return clip("battle-epic.ogg", target, DURATION_S, {"title": "Battle Epic"})


@pytest.fixture(scope="module")
def track(music: Path, store: Path) -> Track:
    return package(music, store, "--lossless", "--packed-audio")


def media_folder(store: Path) -> Path:
    (index,) = store.glob("media/*/*/index.json")
    return index.parent


def go_on_from(page: Page, position_s: float) -> None:
    page.evaluate("s => { document.querySelector('audio').currentTime = s; }", position_s)


def test_switches_to_lossless_and_back_are_heard_without_a_stall(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    menu = page.get_by_label("Quality")
    names = ["Auto", "Lossless", "320 kbit/s", "256 kbit/s", "128 kbit/s"]
    assert menu.locator("option").all_inner_texts() == names
    page.get_by_role("button", name="Play").click()
    page.evaluate(f"document.querySelector('audio').playbackRate = {RATE}")
    for rung, codec in (("lossless", "FLAC"), ("128k", "AAC"), ("lossless", "FLAC")):
        menu.select_option(rung)
        page.wait_for_selector(f"sound-player[data-rendition='{rung}']")
        expect(page.locator(".facts")).to_contain_text(f"kbit/s {codec}")
    wait_for_position(page, position_s(page) + 2)
    seen = watched(page)
    assert seen["troubles"] == []
    assert seen["starved"] == 0
    assert longest_pause_s(seen["positions"]) < 0.2


def test_lossless_from_the_start_plays_to_its_exact_end(page: Page, track: Track) -> None:
    """The lossless variant alone is offered, so that nothing else can be in the buffer."""

    def lossless_alone(route: Route) -> None:
        *head, tag, uri = route.fetch().text().splitlines()
        told = [line for line in head if line.startswith("#") and "STREAM-INF" not in line]
        route.fulfill(body="\n".join((*told, tag, uri, "")))

    page.route(f"**/{track.playback_id}.m3u8", lossless_alone)
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    page.evaluate(f"document.querySelector('audio').playbackRate = {RATE}")
    wait_for_position(page, 1)
    wait_for_sound(page, NEARLY_ALL_S)
    assert page.evaluate("document.querySelector('audio').buffered.start(0)") == 0
    go_on_from(page, NEARLY_ALL_S - 1)
    wait_for_state(page, "ended")
    assert page.get_attribute("sound-player", "data-rendition") == "lossless"
    assert page.evaluate("document.querySelector('audio').buffered.length") == 1
    assert position_s(page) == pytest.approx(track.duration_s, abs=0.001)
    seen = watched(page)
    assert seen["troubles"] == []
    assert seen["starved"] == 0


def test_what_is_decoded_of_it_is_the_source_bit_for_bit(
    page: Page, track: Track, store: Path, music: Path
) -> None:
    folder = media_folder(store) / "lossless"
    parts = [folder / "init.mp4", *sorted(folder.glob("*.m4s"))[:2]]
    page.goto("about:blank")
    file = b64encode(b"".join(part.read_bytes() for part in parts)).decode()
    channels = [b64decode(channel) for channel in page.evaluate(DECODE, file)]
    heard = np.array([np.frombuffer(channel, np.float32) for channel in channels])
    assert heard.shape[1] == 2 * 258 * 1024 - track.padding_samples
    assert np.array_equal(heard, sound_of(music, 2)[:, : heard.shape[1]])


def test_packed_audio_plays_to_its_end(page: Page, track: Track) -> None:
    """Its own playlist is put in the place of the usual one; all else is the page's."""

    def with_packed_audio(route: Route) -> None:
        answer: dict[str, Any] = route.fetch().json()
        route.fulfill(body=json.dumps({**answer, "hls": answer["packed_audio"]}))

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.route(f"**/{track.playback_id}.json", with_packed_audio)
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    page.evaluate(f"document.querySelector('audio').playbackRate = {RATE}")
    page.get_by_label("Quality").select_option("128k")
    page.wait_for_selector("sound-player[data-rendition='128k']")
    wait_for_sound(page, NEARLY_ALL_S)
    go_on_from(page, NEARLY_ALL_S - 1)
    wait_for_state(page, "ended")
    assert any(url.endswith("/128k/00006.aac") for url in asked)
    assert not any(url.endswith((".m4s", "init.mp4")) for url in asked)
    silence_s = track.padding_samples / 44_100
    assert position_s(page) == pytest.approx(track.duration_s + silence_s, abs=0.03)
    seen = watched(page)
    assert seen["troubles"] == []
    assert seen["starved"] == 0
