"""What the browser's Back goes to: what somebody chose, not what came by itself."""

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.listening import Track
from tests.acceptance.watching import TITLE, open_page, wait_for_position

OTHER = "Knolls"


def entries(page: Page) -> int:
    count: int = page.evaluate("history.length")
    return count


def hear_out(page: Page) -> None:
    page.evaluate(
        "() => { const a = document.querySelector('audio'); a.currentTime = a.duration - 1; }"
    )


@pytest.mark.long
def test_what_plays_by_itself_takes_the_place_of_what_ended(
    page: Page, origin: str, track: Track, other: Track
) -> None:
    open_page(page, f"/?play={track.playback_id}")
    for title in (OTHER, TITLE, OTHER):
        page.get_by_role("button", name=f"Add {title} to the queue").click()
    before = entries(page)
    page.get_by_role("button", name="Play", exact=True).click()
    for heard in (other, track, other):
        wait_for_position(page, 0.3)
        hear_out(page)
        page.wait_for_selector(f"sound-player[data-playback-id='{heard.playback_id}']")
        expect(page).to_have_url(f"{origin}/?play={heard.playback_id}")
    assert entries(page) == before


def test_what_is_asked_for_of_the_queue_can_be_left_again(
    page: Page, track: Track, other: Track
) -> None:
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name=f"Add {OTHER} to the queue").click()
    before = entries(page)
    page.get_by_role("button", name="Next track").click()
    page.wait_for_selector(f"sound-player[data-playback-id='{other.playback_id}']")
    assert entries(page) == before + 1
    page.go_back()
    page.wait_for_selector(f"sound-player[data-playback-id='{track.playback_id}']")


@pytest.mark.long
def test_the_open_track_chosen_again_is_still_one(
    page: Page, origin: str, track: Track, other: Track
) -> None:
    open_page(page, "/")
    before = entries(page)
    for _ in range(3):
        page.get_by_role("link", name=TITLE).click()
        wait_for_position(page, 0.3)
        expect(page).to_have_url(f"{origin}/?play={track.playback_id}")
    assert entries(page) == before
    page.get_by_role("link", name=OTHER).click()
    expect(page).to_have_url(f"{origin}/?play={other.playback_id}")
    assert entries(page) == before + 1
