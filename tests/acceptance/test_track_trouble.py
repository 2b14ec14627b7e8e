"""A link to a track that does not come: it is said, and tried again, by a button or by itself."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.acceptance.creating import stranger
from tests.acceptance.places import TITLES, Place, complaints, page, place
from tests.acceptance.watching import wait_for_position, wait_for_state

__all__ = ["complaints", "page", "place"]

PACKAGES = False

SOUND = re.compile(r"/[^/?]+\.json$")
LISTS = re.compile(r"/v1/tracks\?")
SAID = "This server does not answer just now."


def refused(route: Route) -> None:
    route.fulfill(status=503, json={"detail": "The store does not answer."})


def broken(route: Route) -> None:
    route.abort()


def by_button(page: Page) -> None:
    page.locator(".notice").get_by_role("button", name="Try again").press("Enter")


def by_the_connection(page: Page) -> None:
    page.evaluate("dispatchEvent(new Event('online'))")


def address(place: Place, title: str) -> str:
    (track,) = (t for t in stranger(place.creator, "/v1/tracks")["items"] if t["title"] == title)
    return f"/?play={track['playback_id']}&track={track['id']}"


def title_of(page: Page) -> Locator:
    return page.locator("sound-player").get_by_role("heading", level=1)


@pytest.mark.long
@pytest.mark.long_unless("refused-by_button")
@pytest.mark.parametrize("again", [by_button, by_the_connection])
@pytest.mark.parametrize("fails", [refused, broken])
def test_a_track_that_does_not_come_is_tried_again(
    page: Page, place: Place, fails: Callable[[Route], None], again: Callable[[Page], None]
) -> None:
    page.route(SOUND, fails)
    page.goto(address(place, TITLES[1]))
    notice = page.locator(".notice")
    expect(notice).to_contain_text(SAID)
    expect(page.locator(".tracks a")).to_have_count(len(TITLES))
    with page.expect_request(SOUND):
        again(page)
    expect(notice).to_contain_text(SAID)
    if again is by_button:
        expect(notice.get_by_role("button")).to_be_focused()
    page.unroute_all(behavior="wait")
    again(page)
    expect(title_of(page)).to_have_text(TITLES[1])
    wait_for_state(page, "paused")
    expect(notice).to_be_empty()
    expect(page).to_have_title(f"{TITLES[1]} — Sigur Rós")
    expect(page.locator(".tracks a[aria-current]")).to_contain_text(TITLES[1])
    if again is by_button:
        expect(page.get_by_role("button", name="Play", exact=True)).to_be_focused()


def test_the_newest_that_does_not_come_is_tried_again(page: Page) -> None:
    page.route(SOUND, refused)
    page.goto("/")
    expect(page.locator(".notice")).to_contain_text(SAID)
    page.unroute_all(behavior="wait")
    by_button(page)
    expect(title_of(page)).to_have_text(TITLES[-1])


def open_without_track_and_list(page: Page, place: Place) -> None:
    page.route(SOUND, broken)
    page.route(LISTS, broken)
    page.goto(address(place, TITLES[1]))
    expect(page.locator(".notice")).to_contain_text(SAID)
    expect(page.locator(".away")).to_contain_text("The list of tracks did not come.")


def test_a_connection_that_is_back_brings_track_and_list_and_asks_once_for_each(
    page: Page, place: Place
) -> None:
    open_without_track_and_list(page, place)
    page.unroute_all(behavior="wait")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    by_the_connection(page)
    expect(title_of(page)).to_have_text(TITLES[1])
    expect(page.locator(".tracks a[aria-current]")).to_contain_text(TITLES[1])
    expect(page.locator(".away")).to_be_empty()
    assert len(list(filter(SOUND.search, asked))) == 1
    assert len(list(filter(LISTS.search, asked))) == 1


def test_a_list_that_comes_later_than_its_track_needs_nobody_to_be_there(
    page: Page, place: Place
) -> None:
    open_without_track_and_list(page, place)
    page.unroute(SOUND, broken)
    by_the_connection(page)
    wait_for_state(page, "paused")
    page.wait_for_timeout(1500)  # by then what is under the player was waited for
    page.unroute_all(behavior="wait")
    by_the_connection(page)
    expect(page.locator(".tracks a")).to_have_count(len(TITLES))


def test_what_is_chosen_meanwhile_stays(page: Page, place: Place) -> None:
    wanted = address(place, TITLES[1])
    page.route(SOUND, broken)
    page.goto(wanted)
    expect(page.locator(".notice")).to_contain_text(SAID)
    page.unroute_all(behavior="wait")
    page.locator(".tracks a").filter(has_text=TITLES[0]).click()
    wait_for_position(page, 0.5)
    expect(page.locator(".notice")).to_be_empty()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    by_the_connection(page)
    wait_for_position(page, 1)
    expect(title_of(page)).to_have_text(TITLES[0])
    assert not list(filter(SOUND.search, asked))


def test_a_track_that_is_gone_is_not_tried_again(page: Page) -> None:
    page.goto("/?play=gone")
    notice = page.locator(".notice")
    expect(notice).to_contain_text("That track is not here.")
    expect(notice.get_by_role("button")).to_have_count(0)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    by_the_connection(page)
    page.wait_for_timeout(300)
    assert not list(filter(SOUND.search, asked))


def test_a_link_opens_by_itself_once_the_browser_is_online(page: Page, place: Place) -> None:
    wanted = address(place, TITLES[1])
    page.goto("/")
    expect(title_of(page)).to_have_text(TITLES[-1])
    page.context.set_offline(True)
    page.evaluate(
        "to => { history.pushState(null, '', to); dispatchEvent(new Event('popstate')); }", wanted
    )
    expect(page.locator(".notice")).to_contain_text(SAID)
    page.context.set_offline(False)  # of which Chromium itself tells the page
    expect(title_of(page)).to_have_text(TITLES[1])
    expect(page.locator(".notice")).to_be_empty()
    expect(page.locator(".tracks a")).to_have_count(len(TITLES))
    expect(page.locator(".away")).to_be_empty()
