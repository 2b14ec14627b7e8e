"""The page in Chromium: what it shows, says and remembers."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from manifests.entry import Entry
from manifests.layout import entry_key
from tests.acceptance.listening import Track
from tests.acceptance.watching import (
    ARTIST,
    TITLE,
    be_there,
    open_page,
    position_s,
    wait_for_position,
    wait_for_sound,
    wait_for_state,
)
from tests.servers.soundbridge import serving


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
    wait_for_state(page, "paused")
    be_there(page)
    wait_for_state(page, "failed")
    expect(page.get_by_role("alert")).to_contain_text("The sound stopped coming")
    page.unroute(re.compile(r"\.m3u8$"), refuse)
    page.get_by_role("button", name="Try again").click()
    wait_for_position(page, 0.5)
    expect(page.get_by_role("alert")).to_be_hidden()


def test_trying_again_keeps_the_quality_that_was_chosen(page: Page, track: Track) -> None:
    page.route(re.compile(r"\.m3u8$"), lambda route: route.abort())
    page.goto(f"/?play={track.playback_id}")
    wait_for_state(page, "paused")
    be_there(page)
    wait_for_state(page, "failed")
    page.get_by_label("Quality").select_option("128k")
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("sound-player[data-rendition='128k']")
    expect(page.get_by_label("Quality")).to_have_value("128k")


@pytest.mark.long
def test_trying_in_vain_keeps_the_place(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_position(page, 1.5)
    page.route(re.compile(r"\.(m3u8|m4s|mp4)$"), lambda route: route.abort())
    page.evaluate("document.querySelector('sound-player').seek(4)")
    wait_for_state(page, "failed")
    for _ in range(2):
        with page.expect_event("requestfailed"):
            page.get_by_role("button", name="Try again").click()
        wait_for_state(page, "failed")
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Try again").click()
    wait_for_state(page, "playing")
    assert position_s(page) >= 4


@pytest.mark.parametrize("heard", [True, False])
def test_a_connection_that_is_back_plays_only_what_was_to_be_heard(
    page: Page, track: Track, *, heard: bool
) -> None:
    page.route(re.compile(r"\.m3u8$"), lambda route: route.abort())
    page.goto(f"/?play={track.playback_id}")
    wait_for_state(page, "paused")
    if heard:
        page.get_by_role("button", name="Play", exact=True).click()
    else:
        be_there(page)
    wait_for_state(page, "failed")
    page.unroute_all(behavior="wait")
    page.evaluate("dispatchEvent(new Event('online'))")
    if heard:
        wait_for_position(page, 0.5)
    else:
        wait_for_sound(page, 1)
        wait_for_state(page, "paused")
        assert page.evaluate("document.querySelector('audio').autoplay") is False


@pytest.mark.long
def test_a_page_older_than_the_server_is_loaded_anew_where_it_lacks_what_plays(
    page: Page, track: Track
) -> None:
    def not_found(route: Route) -> None:
        route.fulfill(status=404)

    page.route("**/assets/hls*", not_found)
    page.goto(f"/?play={track.playback_id}")
    wait_for_state(page, "paused")
    be_there(page)
    wait_for_state(page, "failed")
    expect(page.get_by_role("alert")).to_contain_text("this page older than the server")
    page.unroute("**/assets/hls*", not_found)
    page.get_by_role("button", name="Try again").click()
    wait_for_state(page, "paused")
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_position(page, 0.5)


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


@pytest.mark.long
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


def test_a_stores_list_that_does_not_come_is_tried_again(page: Page, track: Track) -> None:
    page.route("**/v1/assets*", lambda route: route.fulfill(status=503))
    open_page(page, f"/?play={track.playback_id}")
    expect(page.locator(".away")).to_contain_text("The list of tracks did not come.")
    expect(page.get_by_role("search")).to_be_hidden()
    page.unroute_all()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".tracks a")).to_have_count(2)
    expect(page.locator(".away")).to_be_empty()


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


@pytest.mark.long
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
