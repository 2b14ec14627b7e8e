"""Where the keyboard is when what a listener pressed with it is gone."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.acceptance.places import TITLES, complaints, page, place
from tests.acceptance.watching import open_page, wait_for_position

__all__ = ["complaints", "page", "place"]

PACKAGES = False


def test_what_is_similar_leaves_the_keyboard_at_the_player(page: Page) -> None:
    open_page(page, "/")
    similar = page.get_by_role("region", name="Similar")
    similar.get_by_role("link", name=TITLES[0]).press("Enter")
    wait_for_position(page, 0.3)
    expect(similar.get_by_role("link", name=TITLES[0])).to_have_count(0)
    expect(page.locator("sound-player .play")).to_be_focused()


def test_the_last_of_the_queue_leaves_the_keyboard_at_the_player(page: Page) -> None:
    open_page(page, "/")
    for title in TITLES[:2]:
        page.get_by_role("button", name=f"Add {title} to the queue").click()
    step = page.get_by_role("button", name="Next track")
    step.press("Enter")
    wait_for_position(page, 0.3)
    expect(step).to_be_focused()  # there is another one
    step.press("Enter")
    expect(step).to_be_disabled()
    expect(page.locator("sound-player .play")).to_be_focused()
    wait_for_position(page, 0.3)


@pytest.mark.parametrize("then", ["waits", "goes elsewhere"])
def test_more_that_comes_slowly_has_the_keyboard_of_who_waits_for_it(page: Page, then: str) -> None:
    slow: list[Route] = []

    def two(route: Route) -> None:
        if "cursor=" in route.request.url:
            slow.append(route)
        else:
            route.continue_(url=route.request.url.replace("limit=30", "limit=2"))

    page.route(re.compile(r"/v1/tracks\?"), two)
    open_page(page, "/")
    with page.expect_request(re.compile("cursor=")):
        page.get_by_role("button", name="Show more").press("Enter")
    play = page.locator("sound-player .play")
    if then == "goes elsewhere":
        play.focus()
    page.wait_for_timeout(0)  # lets what was asked come here
    (waits,) = slow
    waits.continue_()
    rows = page.locator(".tracks > li")
    expect(rows).to_have_count(len(TITLES))
    expect(rows.last.get_by_role("link") if then == "waits" else play).to_be_focused()
