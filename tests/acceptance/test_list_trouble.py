"""A list that does not come: it is said, and tried again, by whoever wishes or by the browser."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.acceptance.creating import stranger
from tests.acceptance.places import TITLES, Place, complaints, page, place
from tests.acceptance.watching import open_page, wait_for_position

__all__ = ["complaints", "page", "place"]

PACKAGES = False

LISTS = re.compile(r"/v1/tracks(\?|/)")
SAID = "The list of tracks did not come."


def refused(route: Route) -> None:
    route.fulfill(status=503, json={"detail": "The database does not answer."})


def address(place: Place, title: str) -> str:
    (track,) = (t for t in stranger(place.creator, "/v1/tracks")["items"] if t["title"] == title)
    return f"/?play={track['playback_id']}&track={track['id']}"


def by_button(page: Page) -> None:
    page.locator(".away").get_by_role("button", name="Try again").press("Enter")


def by_the_connection(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")


@pytest.mark.long
@pytest.mark.parametrize("again", [by_button, by_the_connection])
def test_a_list_that_fails_beside_a_track_is_said_and_comes_later(
    page: Page, place: Place, again: Callable[[Page], None]
) -> None:
    page.route(LISTS, refused)
    open_page(page, address(place, TITLES[1]))
    trouble = page.locator(".away")
    expect(trouble).to_contain_text(SAID)
    expect(page.get_by_role("combobox", name="Search tracks")).to_be_visible()
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_position(page, 0.5)
    with page.expect_response(re.compile(r"/v1/tracks\?")):
        again(page)
    expect(trouble).to_contain_text(SAID)
    page.unroute_all()
    again(page)
    expect(page.locator(".tracks .track-title")).to_have_text(list(reversed(TITLES)))
    expect(trouble).to_be_empty()
    heading = page.locator("sound-player").get_by_role("heading", level=1)
    expect(heading).to_have_text(TITLES[1])
    expect(page).to_have_title(f"{TITLES[1]} — Sigur Rós")
    expect(page.locator(".tracks a[aria-current]")).to_contain_text(TITLES[1])
    if again is by_button:
        expect(page.locator(".tracks a").first).to_be_focused()


def test_a_connection_that_comes_back_while_it_is_tried_counts(page: Page, place: Place) -> None:
    held: list[Route] = []
    is_back = False

    def hold(route: Route) -> None:
        if is_back:
            route.continue_()
        else:
            held.append(route)

    page.route(LISTS, refused)
    open_page(page, address(place, TITLES[1]))
    expect(page.locator(".away")).to_contain_text(SAID)
    page.unroute_all()
    page.route(LISTS, hold)
    with page.expect_request(LISTS):
        by_button(page)
    by_the_connection(page)
    is_back = True
    for route in held:
        refused(route)
    expect(page.locator(".tracks .track-title")).to_have_text(list(reversed(TITLES)))
    expect(page.locator(".away")).to_be_empty()


def test_a_search_does_without_the_list(page: Page, place: Place) -> None:
    page.route(re.compile(r"/v1/tracks\?"), refused)
    open_page(page, address(place, TITLES[1]))
    expect(page.locator(".away")).to_contain_text(SAID)
    page.get_by_role("combobox", name="Search tracks").fill("glosoli")
    expect(page.locator(".tracks .track-title")).to_have_text([TITLES[2]])
    expect(page.locator(".away")).to_be_empty()


def test_the_page_is_whole_once_the_list_comes(page: Page) -> None:
    page.route(LISTS, refused)
    page.goto("/")
    expect(page.locator(".notice")).to_contain_text("does not answer just now")
    expect(page.locator(".away")).to_contain_text(SAID)
    page.unroute_all()
    by_button(page)
    expect(page.locator("sound-player").get_by_role("heading", level=1)).to_have_text(TITLES[-1])
    expect(page.locator(".tracks .track-title")).to_have_text(list(reversed(TITLES)))
    expect(page.locator(".notice")).to_be_empty()
    expect(page.locator(".away")).to_be_empty()


def test_a_sound_is_not_given_another_tracks_name_later(page: Page, place: Place) -> None:
    sound, _, _ = address(place, TITLES[1]).partition("&")
    _, _, name = address(place, TITLES[0]).partition("&")
    page.route(LISTS, refused)
    page.goto(f"{sound}&{name}")
    expect(page.locator(".away")).to_contain_text(SAID)
    heading = page.locator("sound-player").get_by_role("heading", level=1)
    own = heading.text_content()
    page.unroute_all()
    with page.expect_response(re.compile(r"/v1/tracks/[^/]+$")):
        by_button(page)
    expect(page.locator(".tracks a").first).to_be_visible()
    page.wait_for_timeout(300)
    expect(heading).to_have_text(own or "")
