"""What is heard next: put in order by keyboard and pointer, kept, and gone on to."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Locator, Page, Route, expect

from tests.acceptance.listening import Track
from tests.acceptance.watching import TITLE, open_page, wait_for_position
from tests.players.chromium import QUIET, WHOLE

OTHER = "Knolls"


def add(page: Page, *titles: str) -> None:
    for title in titles:
        page.get_by_role("button", name=f"Add {title} to the queue").click()


def open_queue(page: Page) -> Locator:
    """Open it, and return what is listed."""
    page.locator(".queue-toggle").click()
    expect(page.get_by_role("heading", name="Up next")).to_be_focused()
    return page.locator(".queue .track-title")


def rewind_near_end(page: Page) -> None:
    page.evaluate(
        "() => { const a = document.querySelector('audio'); a.currentTime = a.duration - 1; }"
    )


def test_tracks_are_put_next_or_last_and_survive_a_reload(page: Page) -> None:
    open_page(page, "/")
    add(page, OTHER, TITLE)
    page.get_by_role("button", name=f"Put {TITLE} next in the queue").click()
    expect(page.locator(".told")).to_have_text(f"{TITLE} plays next.")
    expect(page.get_by_role("button", name="Queue, 3 tracks")).to_be_visible()
    expect(open_queue(page)).to_have_text([TITLE, OTHER, TITLE])
    page.reload()
    expect(page.get_by_role("button", name="Queue, 3 tracks")).to_be_visible()
    expect(open_queue(page)).to_have_text([TITLE, OTHER, TITLE])


def test_the_keyboard_moves_and_removes(page: Page) -> None:
    open_page(page, "/")
    add(page, OTHER, TITLE, TITLE)
    listed = open_queue(page)
    said = page.locator(".queue [role=status]")
    grip = page.get_by_role("button", name=f"Move {OTHER}", exact=True)
    grip.press("ArrowDown")
    expect(listed).to_have_text([TITLE, OTHER, TITLE])
    expect(grip).to_be_focused()
    expect(said).to_have_text(f"{OTHER} is now 2 of 3.")
    page.keyboard.press("End")
    expect(listed).to_have_text([TITLE, TITLE, OTHER])
    page.keyboard.press("ArrowDown")
    expect(said).to_have_text(f"{OTHER} is now 3 of 3.")
    page.keyboard.press("Home")
    expect(listed).to_have_text([OTHER, TITLE, TITLE])
    remove = page.get_by_role("button", name=f"Remove {OTHER} from the queue")
    remove.press("Enter")
    expect(listed).to_have_text([TITLE, TITLE])
    expect(page.locator(".queue-remove").first).to_be_focused()
    page.get_by_role("button", name="Clear the queue").press("Enter")
    expect(page.get_by_text("Nothing is queued.")).to_be_visible()
    expect(page.get_by_role("heading", name="Up next")).to_be_focused()


def test_the_pointer_drags_a_track_to_its_place(page: Page) -> None:
    open_page(page, "/")
    add(page, OTHER, TITLE, TITLE)
    listed = open_queue(page)
    grip = page.get_by_role("button", name=f"Move {OTHER}", exact=True)
    start, end = grip.bounding_box(), page.locator(".queue li").last.bounding_box()
    assert start is not None
    assert end is not None
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 10, end["y"] + end["height"] - 2, steps=5)
    expect(listed).to_have_text([TITLE, TITLE, OTHER])
    page.keyboard.press("Escape")
    expect(listed).to_have_text([OTHER, TITLE, TITLE])
    page.mouse.up()
    page.mouse.move(start["x"] + 10, start["y"] + 10)
    page.mouse.down()
    page.mouse.move(start["x"] + 10, end["y"] + end["height"] - 2, steps=5)
    page.mouse.up()
    expect(page.locator(".queue [role=status]")).to_have_text(f"{OTHER} is now 3 of 3.")
    page.reload()
    expect(open_queue(page)).to_have_text([TITLE, TITLE, OTHER])


def test_the_next_track_follows_when_one_ends_and_there_is_a_way_back(
    page: Page, origin: str, track: Track, other: Track
) -> None:
    open_page(page, f"/?play={track.playback_id}")
    add(page, OTHER)
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 0.3)
    rewind_near_end(page)
    page.wait_for_selector(f"sound-player[data-playback-id='{other.playback_id}']")
    wait_for_position(page, 0.3)
    assert page.url == f"{origin}/?play={other.playback_id}"
    expect(page.get_by_role("button", name="Next track")).to_be_disabled()
    page.get_by_role("button", name="Previous track").click()
    page.wait_for_selector(f"sound-player[data-playback-id='{track.playback_id}']")
    expect(open_queue(page)).to_have_text([OTHER])
    wait_for_position(page, 0.3)
    page.get_by_role("button", name="Next track").click()
    page.wait_for_selector(f"sound-player[data-playback-id='{other.playback_id}']")
    page.get_by_role("heading", name=OTHER).wait_for()


def test_what_is_gone_meanwhile_is_left_out(page: Page, track: Track, other: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    gone = {"playback_id": "gone", "title": "Gone"}
    page.evaluate(
        "gone => localStorage.setItem('soundbridge-queue', JSON.stringify("
        "{next: [gone, 5, null, {title: 'no id'}], heard: 'nothing'}))",
        gone,
    )
    page.reload()
    add(page, OTHER)
    expect(open_queue(page)).to_have_text(["Gone", OTHER])
    page.get_by_role("button", name="Next track").click()
    page.wait_for_selector(f"sound-player[data-playback-id='{other.playback_id}']")
    expect(page.get_by_text("Nothing is queued.")).to_be_visible()


@pytest.mark.long_if("busy")
@pytest.mark.parametrize("fault", ["busy", "no connection"])
def test_what_cannot_be_had_for_a_moment_stays_in_the_queue(
    page: Page, track: Track, other: Track, fault: str
) -> None:
    def fail(route: Route) -> None:
        if fault == "busy":
            route.fulfill(status=503, body="{}")
        else:
            route.abort()

    open_page(page, f"/?play={track.playback_id}")
    add(page, OTHER, TITLE)
    listed = open_queue(page)
    page.route("**/*.json", fail)
    page.get_by_role("button", name="Next track").click()
    expect(page.locator(".notice")).not_to_be_empty()
    expect(listed).to_have_text([OTHER, TITLE])
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Next track").click()
    page.wait_for_selector(f"sound-player[data-playback-id='{other.playback_id}']")
    expect(listed).to_have_text([TITLE])


@pytest.mark.long_if("503")
@pytest.mark.parametrize("status", [503, 404])
def test_a_way_back_that_cannot_be_gone_changes_nothing(
    page: Page, track: Track, other: Track, status: int
) -> None:
    open_page(page, f"/?play={track.playback_id}")
    add(page, OTHER, TITLE)
    page.get_by_role("button", name="Next track").click()
    page.wait_for_selector(f"sound-player[data-playback-id='{other.playback_id}']")
    listed = open_queue(page)
    page.route("**/*.json", lambda route: route.fulfill(status=status, body="{}"))
    page.get_by_role("button", name="Previous track").click()
    expect(page.locator(".notice")).not_to_be_empty()
    expect(listed).to_have_text([TITLE])
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Previous track").click()
    if status == 503:
        page.wait_for_selector(f"sound-player[data-playback-id='{track.playback_id}']")
        expect(listed).to_have_text([OTHER, TITLE])
    else:
        expect(listed).to_have_text([TITLE])
        assert page.get_attribute("sound-player", "data-playback-id") == other.playback_id


def test_a_track_of_the_queue_is_heard_by_a_press(page: Page, track: Track, other: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    add(page, TITLE, OTHER, TITLE)
    listed = open_queue(page)
    page.locator(".queue-play").filter(has_text=OTHER).click()
    page.wait_for_selector(f"sound-player[data-playback-id='{other.playback_id}']")
    expect(listed).to_have_text([TITLE])
    wait_for_position(page, 0.3)


def test_a_browser_that_may_keep_nothing_has_it_until_a_reload(
    browser: Browser, origin: str, tmp_path: Path
) -> None:
    blocked = {"profile": {"default_content_setting_values": {"cookies": 2}}}
    (tmp_path / "Default").mkdir()
    (tmp_path / "Default" / "Preferences").write_text(json.dumps(blocked))
    with browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=WHOLE, args=list(QUIET), base_url=origin
    ) as context:
        page = context.new_page()
        open_page(page, "/")
        with pytest.raises(Error, match="Access is denied"):
            page.evaluate("localStorage")
        add(page, OTHER)
        expect(open_queue(page)).to_have_text([OTHER])
