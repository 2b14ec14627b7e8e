"""Chromium plays from the origin through the page, as a listener would have it.

Playback is watched from inside: each frame notes the clock and the position, so that a pause of
the sound shows as position that falls behind.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from manifests.entry import Entry
from manifests.layout import entry_key
from tests.acceptance.listening import Track, clip, package, serving

TIMEOUT_MS: Final = 30_000
SEGMENT_S: Final = 258 * 1024 / 44_100
RATE: Final = 2
TITLE, ARTIST = "Battle Epic", "Aleksi Aubry-Carlson"
WATCH: Final = """() => {
    const audio = document.querySelector('audio');
    const watched = {points: [], waits: 0, troubles: []};
    document.addEventListener('playbacktrouble', ({detail}) => watched.troubles.push(detail));
    audio.addEventListener('waiting', () => watched.waits += 1);
    const note = () => {
        watched.points.push([performance.now() / 1000, audio.currentTime]);
        requestAnimationFrame(note);
    };
    note();
    window.watched = watched;
}"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def other(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Track:
    target = tmp_path_factory.mktemp("music") / "other.flac"
    return package(clip("knolls.ogg", target, 12, {"title": "Knolls"}), store)


@pytest.fixture(scope="module")
def track(other: Track, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Track:
    del other  # published before, so that this one is the newest
    target = tmp_path_factory.mktemp("music") / "track.flac"
    return package(clip("battle-epic.ogg", target, 40, {"title": TITLE, "artist": ARTIST}), store)


@pytest.fixture(scope="module")
def origin(track: Track, store: Path) -> Iterator[str]:
    del track
    with serving(store) as url:
        yield url


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    context = browser.new_context(base_url=origin)
    context.set_default_timeout(TIMEOUT_MS)
    yield context.new_page()
    context.close()


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    wait_for_state(page, "paused")
    page.evaluate(WATCH)


def wait_for_state(page: Page, state: str) -> None:
    page.wait_for_selector(f"sound-player[data-state={state}]")


def wait_for_position(page: Page, position_s: float) -> None:
    page.wait_for_function("s => document.querySelector('audio').currentTime >= s", arg=position_s)


def position_s(page: Page) -> float:
    return float(page.evaluate("document.querySelector('audio').currentTime"))


def watched(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("window.watched")
    return found


def longest_lag_s(points: list[list[float]]) -> float:
    """Return by how much the position ever fell behind the clock from one moment to the next.

    The first second is left out: the sound starts in it, and takes up its rate.
    """
    heard = [point for point in points if point[1] > 1]
    return max(
        (now - before) * RATE - (there - here)
        for (before, here), (now, there) in pairwise(heard[::30])
    )


def test_it_plays_past_three_segments(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    page.evaluate(f"document.querySelector('audio').playbackRate = {RATE}")
    wait_for_position(page, 3 * SEGMENT_S + 0.5)
    seen = watched(page)
    assert page.get_attribute("sound-player", "data-engine") == "hls.js"
    assert seen["troubles"] == []
    assert seen["waits"] == 0
    assert longest_lag_s(seen["points"]) < 0.25
    page.get_by_role("button", name="Pause").click()
    wait_for_state(page, "paused")


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
    assert seen["waits"] == 0
    assert longest_lag_s(seen["points"]) < 0.25


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


def test_the_shelf_opens_tracks_and_the_address_remembers_them(
    page: Page, origin: str, track: Track, other: Track
) -> None:
    open_page(page, "/")
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.locator(".tracks a")).to_have_count(2)
    page.get_by_role("link", name="Knolls").click()
    wait_for_position(page, 0.5)
    assert page.url == f"{origin}/?play={other.playback_id}"
    expect(page.get_by_role("link", name="Knolls")).to_have_attribute("aria-current", "true")
    expect(page).to_have_title("Knolls")
    page.go_back()
    expect(page).to_have_title(f"{TITLE} — {ARTIST}")
    page.wait_for_selector(f"sound-player[data-playback-id='{track.playback_id}']")


def test_the_cover_comes_and_the_system_is_told_the_track(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.wait_for_selector(".cover-image:not([hidden])")
    assert page.evaluate("document.querySelector('.cover-image').naturalWidth") > 0
    assert page.evaluate("navigator.mediaSession.metadata.title") == TITLE
    assert page.evaluate("navigator.mediaSession.metadata.artist") == ARTIST
    assert page.evaluate("navigator.mediaSession.metadata.artwork.length") > 0


def test_a_playlist_that_does_not_come_is_said_and_can_be_tried_again(
    page: Page, track: Track
) -> None:
    def refuse(route: Route) -> None:
        route.abort()

    page.route(re.compile(r"\.m3u8$"), refuse)
    page.goto(f"/?play={track.playback_id}")
    wait_for_state(page, "failed")
    expect(page.get_by_role("alert")).to_contain_text("The sound stopped coming")
    page.unroute(re.compile(r"\.m3u8$"), refuse)
    page.get_by_role("button", name="Try again").click()
    wait_for_position(page, 0.5)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_an_unknown_id_is_answered_with_a_sentence(page: Page) -> None:
    page.goto("/?play=nothing-here")
    expect(page.get_by_role("status")).to_contain_text("That track is not here")
    expect(page.locator("sound-player")).to_be_hidden()


def test_a_track_that_is_gone_leaves_nothing_playing_under_its_address(
    page: Page, track: Track
) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 0.5)
    page.evaluate("history.pushState(null, '', '?play=gone'); history.pushState(null, '', '?')")
    page.go_back()
    expect(page.get_by_role("status")).to_contain_text("That track is not here")
    assert page.evaluate("document.querySelector('audio').paused")
    expect(page).to_have_title("soundbridge")
    page.go_back()
    expect(page).to_have_title(f"{TITLE} — {ARTIST}")
    wait_for_state(page, "paused")


def test_of_two_choices_the_later_is_heard_whichever_comes_first(
    page: Page, origin: str, track: Track, other: Track
) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    open_page(page, f"/?play={track.playback_id}")
    page.route(f"**/{other.playback_id}.json", hold)
    page.get_by_role("link", name="Knolls").click()
    page.get_by_role("link", name=TITLE).click()
    wait_for_position(page, 0.5)
    for route in held:
        route.continue_()
    wait_for_position(page, 1.5)
    assert page.get_attribute("sound-player", "data-playback-id") == track.playback_id
    assert page.url == f"{origin}/?play={track.playback_id}"
    expect(page).to_have_title(f"{TITLE} — {ARTIST}")


def test_a_choice_that_cannot_be_had_is_said_while_the_sound_goes_on(
    page: Page, origin: str, track: Track, other: Track
) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 0.5)
    page.context.set_offline(True)
    page.get_by_role("link", name="Knolls").click()
    expect(page.get_by_role("status")).to_contain_text("does not answer")
    assert page.url == f"{origin}/?play={track.playback_id}"
    wait_for_position(page, position_s(page) + 0.5)
    page.context.set_offline(False)
    page.get_by_role("link", name="Knolls").click()
    page.wait_for_selector(f"sound-player[data-playback-id='{other.playback_id}']")
    expect(page.get_by_role("status")).to_be_empty()


def test_no_more_is_fetched_than_will_soon_be_heard(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.wait_for_function("document.querySelector('audio').buffered.end(0) >= 29")
    page.wait_for_timeout(500)
    assert page.evaluate("document.querySelector('audio').buffered.end(0)") < 30 + SEGMENT_S


def test_sound_that_was_turned_down_to_nothing_can_be_switched_on(page: Page) -> None:
    open_page(page, "/")
    page.get_by_label("Volume").press("Home")
    mute = page.get_by_role("button", name="Mute")
    expect(mute).to_have_attribute("aria-pressed", "true")
    mute.click()
    expect(mute).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("document.querySelector('audio').volume") > 0


def test_a_title_of_any_length_and_script_leaves_the_controls_in_sight(page: Page) -> None:
    open_page(page, "/")
    page.set_viewport_size({"width": 375, "height": 812})
    title = page.get_by_role("heading", level=1)
    title.evaluate("(node, text) => { node.textContent = text; }", "شارع الحب (live) " * 30)
    lines = "node => node.clientHeight / parseFloat(getComputedStyle(node).lineHeight)"
    assert title.evaluate(lines) < 5
    assert title.evaluate("node => getComputedStyle(node).direction") == "rtl"


def test_an_empty_store_says_so(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path) as url, browser.new_page() as opened:
        opened.goto(url)
        expect(opened.get_by_role("status")).to_contain_text("Nothing is on the shelf yet")
        expect(opened.get_by_role("heading", level=1)).to_have_text("soundbridge")


def test_a_long_shelf_is_shown_whole(browser: Browser, store: Path, tmp_path: Path) -> None:
    known = Entry.from_json(next((store / "entry").iterdir()).read_bytes())
    (tmp_path / "entry").mkdir()
    for number in range(120):
        entry = replace(known, playback_id=f"{number:020}")
        (tmp_path / entry_key(entry.playback_id)).write_bytes(entry.to_json())
    with serving(tmp_path) as url, browser.new_page() as opened:
        opened.goto(url)
        expect(opened.locator(".tracks a")).to_have_count(120)
        expect(opened.get_by_role("status")).to_be_in_viewport()


def test_it_talks_to_its_own_origin_alone_and_breaks_no_policy(
    page: Page, origin: str, track: Track
) -> None:
    hosts: set[str] = set()
    complaints: list[str] = []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 1)
    assert hosts == {urlsplit(origin).netloc}
    assert complaints == []


def test_nothing_sticks_out_sideways_and_everything_can_be_touched(page: Page) -> None:
    open_page(page, "/")
    for width in (320, 375, 560, 900, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        for button in page.locator("button:visible").all():
            box = button.bounding_box()
            assert box is not None
            assert min(box["width"], box["height"]) >= 24  # WCAG 2.2, 2.5.8
            assert 0 <= box["x"] <= width - box["width"]
