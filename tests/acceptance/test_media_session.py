"""The system's own controls: its keys, a headset's, a lock screen's."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.acceptance.listening import Track
from tests.acceptance.watching import (
    be_there,
    open_page,
    position_s,
    wait_for_position,
    wait_for_state,
)

OTHER = "Knolls"
OFFERED = """window.offered = {};
const set = MediaSession.prototype.setActionHandler;
MediaSession.prototype.setActionHandler = function (action, handler) {
    window.offered[action] = handler;
    return set.call(this, action, handler);
};"""


@pytest.fixture
def page(page: Page) -> Page:
    """A page that shows what it offers to the system: nobody can press the keys of that here."""
    page.add_init_script(OFFERED)
    return page


def press(page: Page, action: str) -> None:
    page.evaluate("action => window.offered[action]()", action)


def is_silent(page: Page) -> bool:
    """Whether nothing plays, nor soon will."""
    page.wait_for_timeout(500)
    silent: bool = page.evaluate("document.querySelector('audio').paused")
    return silent


def test_they_go_on_and_back(page: Page, track: Track, other: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    assert page.evaluate("window.offered.nexttrack") is None
    page.get_by_role("button", name=f"Add {OTHER} to the queue").click()
    press(page, "nexttrack")
    page.wait_for_selector(f"sound-player[data-playback-id='{other.playback_id}']")
    press(page, "previoustrack")
    page.wait_for_selector(f"sound-player[data-playback-id='{track.playback_id}']")


def test_pause_is_silence_and_play_is_sound_however_often(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    press(page, "pause")
    assert is_silent(page)
    for _ in range(2):
        press(page, "play")
        wait_for_position(page, position_s(page) + 0.3)
    for _ in range(2):
        press(page, "pause")
        assert is_silent(page)
    wait_for_state(page, "paused")


@pytest.mark.long
def test_pause_keeps_silent_what_is_still_on_its_way(page: Page, track: Track) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/assets/hls*", hold)
    page.goto(f"/?play={track.playback_id}")
    wait_for_state(page, "paused")
    be_there(page)
    press(page, "play")
    wait_for_state(page, "loading")
    press(page, "pause")
    state = page.get_attribute("sound-player", "data-state")
    for route in held:
        route.continue_()
    assert state == "paused"
    page.wait_for_function("() => document.querySelector('audio').readyState >= 3")
    assert is_silent(page)
    press(page, "play")
    wait_for_position(page, 0.3)


@pytest.mark.long
def test_after_a_failure_pause_does_nothing_but_end_the_wait_for_a_connection(
    page: Page, track: Track
) -> None:
    page.route(re.compile(r"\.m3u8$"), lambda route: route.abort())
    page.goto(f"/?play={track.playback_id}")
    wait_for_state(page, "paused")
    press(page, "play")
    wait_for_state(page, "failed")
    page.unroute_all(behavior="wait")
    press(page, "pause")
    assert is_silent(page)
    wait_for_state(page, "failed")
    expect(page.get_by_role("alert")).to_be_visible()
    page.evaluate("dispatchEvent(new Event('online'))")
    wait_for_state(page, "paused")
    assert is_silent(page), "the connection is back, but nobody wants to hear it any more"


def test_after_a_failure_play_tries_again(page: Page, track: Track) -> None:
    page.route(re.compile(r"\.m3u8$"), lambda route: route.abort())
    page.goto(f"/?play={track.playback_id}")
    wait_for_state(page, "paused")
    press(page, "play")
    wait_for_state(page, "failed")
    page.unroute_all(behavior="wait")
    press(page, "play")
    wait_for_position(page, 0.3)
    expect(page.get_by_role("alert")).to_be_hidden()
