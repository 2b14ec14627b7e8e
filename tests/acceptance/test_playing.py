"""Chromium, all of it, plays from the origin through the page, as a listener would have it."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.acceptance.listening import Track
from tests.acceptance.watching import (
    FAST,
    RATE,
    longest_pause_s,
    open_page,
    position_s,
    wait_for_position,
    wait_for_sound,
    wait_for_state,
    watched,
)
from tests.functional.supervising import until
from tests.players.chromium import WHOLE, chromium

SEGMENT_S: Final = 258 * 1024 / 44_100
LOOKS_MS: Final = 500
"""In which hls.js looks five times whether there is something to load."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(WHOLE) as opened:
        yield opened


@pytest.mark.long
def test_it_plays_past_three_segments(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    page.evaluate(f"document.querySelector('audio').playbackRate = {FAST}")
    wait_for_position(page, 3 * SEGMENT_S + 0.5)
    seen = watched(page)
    assert page.get_attribute("sound-player", "data-engine") == "hls.js"
    assert seen["troubles"] == []
    assert seen["starved"] == 0
    assert longest_pause_s(seen["positions"]) < 0.2
    page.get_by_role("button", name="Pause").click()
    wait_for_state(page, "paused")


@pytest.mark.long
def test_forced_switches_are_heard_without_a_stall(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    menu = page.get_by_label("Quality")
    assert menu.locator("option").all_inner_texts() == [
        "Auto",
        "320 kbit/s",
        "256 kbit/s",
        "128 kbit/s",
    ]
    page.get_by_role("button", name="Play").click()
    page.evaluate(f"document.querySelector('audio').playbackRate = {RATE}")
    for rung in ("128k", "320k", "128k"):
        menu.select_option(rung)
        page.wait_for_selector(f"sound-player[data-rendition='{rung}']")
        expect(page.locator(".facts")).to_contain_text(f"{rung.removesuffix('k')} kbit/s AAC")
    wait_for_position(page, position_s(page) + 2)
    seen = watched(page)
    assert seen["troubles"] == []
    assert seen["starved"] == 0
    assert longest_pause_s(seen["positions"]) < 0.2


def test_a_click_on_the_waveform_seeks_there_and_plays_on(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 0.5)
    slider = page.get_by_role("slider", name="Position")
    box = slider.bounding_box()
    assert box is not None
    slider.click(position={"x": box["width"] * 0.75, "y": box["height"] / 2})
    assert position_s(page) == pytest.approx(track.duration_s * 0.75, abs=0.5)
    wait_for_position(page, track.duration_s * 0.75 + 1.5)
    assert watched(page)["troubles"] == []


def test_what_a_seek_breaks_off_is_asked_for_once_more(page: Page, track: Track) -> None:
    """hls.js alone asks for the initialization section at each look, and breaks off the last."""
    open_page(page, f"/?play={track.playback_id}")
    held: list[Route] = []
    page.route(re.compile(r"/128k/(init\.mp4|\d+\.m4s)$"), lambda route: held.append(route))  # noqa: PLW0108 Playwright
    page.locator("sound-player").evaluate("player => { player.play(); player.choose('128k'); }")
    until(lambda: are_held(page, held) == 2)
    page.locator("sound-player").evaluate(f"player => player.seek({3 * SEGMENT_S + 1})")
    until(lambda: are_held(page, held) >= 4)
    page.wait_for_timeout(LOOKS_MS)
    sections = [each for each in held if each.request.url.endswith("/init.mp4")]
    page.unroute_all()  # what is held goes on
    assert len(sections) == 2
    wait_for_position(page, 3 * SEGMENT_S + 1.5)


def are_held(page: Page, held: list[Route]) -> int:
    """Tell how many requests wait, after a moment in which a page can ask."""
    page.wait_for_timeout(50)
    return len(held)


def test_the_keyboard_plays_seeks_and_reaches_the_end(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    slider = page.get_by_role("slider", name="Position")
    page.keyboard.press("Space")
    wait_for_state(page, "playing")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    wait_for_position(page, 10)
    page.keyboard.press("ArrowLeft")
    assert 5 <= position_s(page) < 9
    slider.focus()
    page.keyboard.press("Home")
    assert position_s(page) < 1
    page.keyboard.press("End")
    wait_for_state(page, "ended")
    expect(slider).to_have_attribute("aria-valuetext", "40 seconds of 40 seconds")
    assert position_s(page) == pytest.approx(track.duration_s, abs=0.03)


def test_a_browser_without_media_source_plays_natively(page: Page, track: Track) -> None:
    page.add_init_script("delete window.MediaSource; delete window.ManagedMediaSource;")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 3)
    assert page.get_attribute("sound-player", "data-engine") == "native"
    assert not page.get_by_label("Quality").is_visible()
    assert not any("/assets/hls" in url for url in asked)
    assert watched(page)["troubles"] == []


def test_what_plays_runs_only_once_somebody_is_there(page: Page, track: Track) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_request("**/assets/hls*"):  # it comes all the same, to be there in time
        page.goto(f"/?play={track.playback_id}")
    wait_for_state(page, "paused")
    page.wait_for_timeout(1000)
    assert page.get_attribute("sound-player", "data-engine") is None
    assert not any(url.endswith(".m4s") for url in asked)
    page.evaluate(
        "() => { const player = document.querySelector('sound-player');"
        " player.seek(3); player.choose('128k'); }"
    )
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 3.5)
    page.wait_for_selector("sound-player[data-rendition='128k']")
    heard = [url for url in asked if url.endswith(".m4s")]
    assert heard
    assert all("/128k/" in url for url in heard)


def test_what_a_mouse_rests_on_is_asked_for_before_it_is_chosen(
    page: Page, track: Track, other: Track
) -> None:
    open_page(page, f"/?play={track.playback_id}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    link = page.get_by_role("link", name="Knolls")
    link.hover()
    first = [f"/{other.playback_id}.json", f"/{other.playback_id}.m3u8"]
    until(lambda: page.evaluate("1") and sorted(asked) == first)
    page.mouse.move(1, 1)
    link.hover()
    page.wait_for_timeout(200)
    assert sorted(asked) == first, "once is enough"
    page.mouse.down()
    playlist = "/320k/playlist.m3u8"  # what it will begin with
    beginning = ("/320k/init.mp4", "/320k/00000.m4s")
    until(
        lambda: (
            page.evaluate("1")
            and all(any(path.endswith(name) for path in asked) for name in beginning)
        )
    )
    page.mouse.up()
    wait_for_position(page, 0.5)
    assert page.get_attribute("sound-player", "data-rendition") == "320k"
    assert {path for path in asked if path.endswith("/playlist.m3u8")} == {
        path for path in asked if path.endswith(playlist)
    }


def test_no_more_is_fetched_than_will_soon_be_heard(page: Page, track: Track) -> None:
    end = "document.querySelector('audio').buffered.end(0)"
    open_page(page, f"/?play={track.playback_id}")
    wait_for_sound(page, 1)
    page.wait_for_timeout(500)
    assert page.evaluate(end) < 2 * SEGMENT_S  # one, as long as nobody wants to hear it
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_sound(page, 9)
    page.get_by_role("button", name="Pause", exact=True).click()
    page.wait_for_timeout(500)
    heard_s = page.evaluate("document.querySelector('audio').currentTime")
    assert page.evaluate(end) < heard_s + 10 + SEGMENT_S


def test_sound_that_was_turned_down_to_nothing_can_be_switched_on(page: Page) -> None:
    open_page(page, "/")
    page.get_by_label("Volume").press("Home")
    mute = page.get_by_role("button", name="Mute")
    expect(mute).to_have_attribute("aria-pressed", "true")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.querySelector('audio').volume") > 0
