"""What is heard in Chromium counts, once; what is not, does not."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect

from tests.acceptance.places import TITLES, Place, place, visiting
from tests.acceptance.watching import open_page, wait_for_position, wait_for_state
from tests.functional.supervising import until

__all__ = ["place"]

PACKAGES = False


@pytest.fixture
def page(browser: Browser, place: Place) -> Iterator[Page]:
    yield from visiting(browser, place)


def counts(place: Place) -> dict[str, int]:
    """How often each track was played; not asked as often as the API lets one."""
    time.sleep(0.3)
    items = place.creator.ask("GET", "/v1/me/tracks")["items"]
    return {track["title"]: track["play_count"] for track in items}


def begin(page: Page, title: str) -> None:
    """Open a track by its name in the catalogue, and play it once it is there."""
    open_page(page, "/")
    with page.expect_response("**/v1/plays"):
        page.locator(".shelf").get_by_role("link", name=title).click()


@pytest.mark.long
def test_what_is_heard_to_its_end_counts_each_time(page: Page, place: Place) -> None:
    begin(page, TITLES[0])
    wait_for_state(page, "ended")
    until(lambda: counts(place)[TITLES[0]] == 1)
    with page.expect_response("**/v1/plays"):
        page.get_by_role("button", name="Play", exact=True).click()
    wait_for_state(page, "ended")
    until(lambda: counts(place)[TITLES[0]] == 2)


@pytest.mark.long
def test_what_is_short_counts_however_late_its_ticket_comes(page: Page, place: Place) -> None:
    before = counts(place)[TITLES[2]]
    asking: list[Route] = []

    def hold(route: Route) -> None:
        asking.append(route)

    page.route("**/v1/plays", hold, times=1)
    open_page(page, "/")
    page.locator(".shelf").get_by_role("link", name=TITLES[2]).click()
    wait_for_state(page, "ended")
    with page.expect_response(lambda said: "heard_s" in (said.request.post_data or "")):
        asking.pop().continue_()
    until(lambda: counts(place)[TITLES[2]] == before + 1)


BUSY_AS_SOUND_BEGINS = """document.addEventListener("play", () => {
    const until_ms = performance.now() + 1500;
    while (performance.now() < until_ms);
}, true)"""


@pytest.mark.long
def test_a_page_that_is_busy_as_sound_begins_has_missed_nothing(page: Page, place: Place) -> None:
    before = counts(place)[TITLES[2]]
    page.add_init_script(BUSY_AS_SOUND_BEGINS)
    begin(page, TITLES[2])
    wait_for_state(page, "ended")
    until(lambda: counts(place)[TITLES[2]] == before + 1)


def is_counted(said: Response) -> bool:
    outcomes = said.json().get("plays") if said.url.endswith("/v1/plays") else None
    return any(outcome["state"] == "counted" for outcome in outcomes or [])


@pytest.mark.long
@pytest.mark.long_if("ticket")
@pytest.mark.parametrize("lost", [1, 2], ids=["ticket", "play"])
def test_what_was_lost_is_told_again_after_the_end(page: Page, place: Place, lost: int) -> None:
    before = counts(place)[TITLES[2]]
    told: list[Route] = []

    def lose(route: Route) -> None:
        told.append(route)
        if len(told) == lost:
            route.abort()
        else:
            route.continue_()

    page.route("**/v1/plays", lose)
    open_page(page, "/")
    with page.expect_response(is_counted):
        page.locator(".shelf").get_by_role("link", name=TITLES[2]).click()
    until(lambda: counts(place)[TITLES[2]] == before + 1)
    assert len(told) == 3


@pytest.mark.long
def test_what_was_lost_is_told_again_when_the_page_is_left(page: Page, place: Place) -> None:
    before = counts(place)[TITLES[2]]
    told: list[Route] = []

    def lose(route: Route) -> None:
        told.append(route)
        if len(told) == 2:
            route.abort()
        else:
            route.continue_()

    page.route("**/v1/plays", lose, times=2)
    open_page(page, "/")
    with page.expect_event("requestfailed", lambda asked: asked.url.endswith("/v1/plays")):
        page.locator(".shelf").get_by_role("link", name=TITLES[2]).click()
    page.goto("about:blank")
    until(lambda: counts(place)[TITLES[2]] == before + 1)


def test_what_is_skipped_through_does_not_count(page: Page, place: Place) -> None:
    begin(page, TITLES[1])
    wait_for_position(page, 0.3)
    with page.expect_response("**/v1/plays") as told:
        page.get_by_role("slider", name="Position").press("End")
        wait_for_state(page, "ended")
    ((outcome,),) = [told.value.json()["plays"]]
    assert (outcome["state"], outcome["reason"]) == ("not_counted", "too_short")
    assert counts(place)[TITLES[1]] == 0


@pytest.mark.long
def test_an_address_that_joins_a_sound_to_another_track_shows_and_counts_nothing_of_that(
    page: Page, place: Place
) -> None:
    listed = {each["title"]: each for each in place.creator.ask("GET", "/v1/me/tracks")["items"]}
    heard, named = listed[TITLES[0]], listed[TITLES[1]]
    told: list[str] = []
    page.on("request", lambda asked: told.append(asked.url) if "/plays" in asked.url else None)
    before = counts(place)
    open_page(page, f"/?play={heard['playback_id']}&track={named['id']}")
    expect(page.locator("sound-player .title")).not_to_have_text(named["title"])
    expect(page.locator("sound-player .byline")).not_to_contain_text("Sigur Rós")
    assert named["title"] not in page.title()
    expect(page.get_by_role("region", name="Similar")).to_be_hidden()
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_state(page, "ended")
    page.wait_for_timeout(1000)
    assert told == []
    assert counts(place) == before


@pytest.mark.long
def test_a_server_that_counts_nothing_just_now_lets_the_sound_go_on(
    page: Page, place: Place
) -> None:
    page.route("**/v1/plays", lambda route: route.fulfill(status=503, body="{}"))
    before = counts(place)
    begin(page, TITLES[2])
    wait_for_state(page, "ended")
    assert counts(place) == before
