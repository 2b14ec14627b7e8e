"""What is looked for stands in the page's address: it comes back, and can be passed on."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.creating import stranger
from tests.acceptance.places import TITLES, Place, complaints, page, place, sorted_place
from tests.acceptance.watching import open_page, wait_for_position

__all__ = ["complaints", "page", "place", "sorted_place"]

PACKAGES = False

pytestmark = pytest.mark.usefixtures("sorted_place")


def box(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Search tracks")


def expect_titles(page: Page, *titles: str) -> None:
    expect(page.locator(".tracks .track-title")).to_have_text(list(titles))


def address(place: Place, title: str) -> str:
    """Return the query that opens a track."""
    tracks = stranger(place.creator, "/v1/tracks")["items"]
    (track,) = (each for each in tracks if each["title"] == title)
    return f"play={track['playback_id']}&track={track['id']}"


def test_a_search_is_there_again_after_another_page_and_a_reload(
    page: Page, complaints: list[str]
) -> None:
    open_page(page, "/")
    entries = page.evaluate("history.length")
    box(page).press_sequentially("hoppi", delay=200)
    expect(page.locator(".found")).to_have_text("1 track found")
    expect(page).to_have_url(re.compile(r"/\?q=hoppi$"))
    assert page.evaluate("history.length") == entries, "Back leads out of the search at once"
    complaints.clear()
    for leave in (page.reload, lambda: (page.goto("/upload"), page.go_back())):
        leave()
        expect(box(page)).to_have_value("hoppi")
        expect(page.locator(".found")).to_have_text("1 track found")
        expect_titles(page, TITLES[0])
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[-1])
    box(page).fill("")
    expect_titles(page, *reversed(TITLES))
    expect(page).to_have_url(re.compile(r"/$"))


@pytest.mark.long
def test_a_link_to_a_search_is_passed_on_with_its_genre(page: Page, complaints: list[str]) -> None:
    open_page(page, "/?q=sigur+r%C3%B3s&genre=folk")
    expect(box(page)).to_have_value("sigur rós")
    expect(page.locator(".found")).to_have_text("1 track found")
    expect_titles(page, TITLES[2])
    genres = page.get_by_role("group", name="Genre")
    genres.get_by_role("button", name="folk", pressed=True).click()
    expect(page.locator(".tracks a")).to_have_count(len(TITLES))
    expect(page).to_have_url(re.compile(r"\?q=sigur\+r%C3%B3s$"))
    page.wait_for_timeout(4000)  # by then the browser tells of what was loaded and not used
    assert complaints == []


def test_an_order_and_a_genre_are_in_the_address_too(page: Page) -> None:
    open_page(page, "/")
    orders, genres = (page.get_by_role("group", name=name) for name in ("Order", "Genre"))
    orders.get_by_role("button", name="Popular").click()
    genres.get_by_role("button", name="post-rock").click()
    expect(page).to_have_url(re.compile(r"\?genre=post-rock&order=plays$"))
    expect(page.locator(".tracks a")).to_have_count(2)
    page.reload()
    expect(orders.get_by_role("button", pressed=True)).to_have_text("Popular")
    expect(genres.get_by_role("button", pressed=True)).to_have_text("post-rock")
    expect(genres.get_by_role("button")).to_have_text(["folk", "post-rock"])
    expect(page.locator(".tracks a")).to_have_count(2)
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[-1])
    page.goto("/?order=nonsense&genre=")
    expect(orders.get_by_role("button", pressed=True)).to_have_text("Newest")
    expect_titles(page, *reversed(TITLES))


@pytest.mark.long
def test_a_search_stands_beside_the_track_that_is_open(page: Page, place: Place) -> None:
    open_page(page, f"/?{address(place, TITLES[1])}&q=glo")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(TITLES[1])
    expect(box(page)).to_have_value("glo")
    expect_titles(page, TITLES[2])
    page.locator(".tracks a").click()
    wait_for_position(page, 0.2)
    expect(page).to_have_url(re.compile(rf"\?{address(place, TITLES[2])}&q=glo$"))
    box(page).fill("hoppi")
    expect_titles(page, TITLES[0])
    expect(page).to_have_url(re.compile(rf"\?{address(place, TITLES[2])}&q=hoppi$"))
    page.go_back()
    expect(heading).to_have_text(TITLES[1])
    expect(box(page)).to_have_value("glo")
    expect_titles(page, TITLES[2])
    page.go_forward()
    expect(heading).to_have_text(TITLES[2])
    expect(box(page)).to_have_value("hoppi")
    expect_titles(page, TITLES[0])
    page.get_by_role("link", name="soundbridge").click()
    expect_titles(page, *reversed(TITLES))
    expect(box(page)).to_have_value("")


@pytest.mark.long
def test_a_link_to_a_search_that_finds_nothing_can_be_searched_on(page: Page, place: Place) -> None:
    page.goto(f"/?{address(place, TITLES[1])}&q=nothing+of+the+kind")
    expect(page.locator(".found")).to_have_text("Nothing was found.")
    box(page).fill("glo")
    expect_titles(page, TITLES[2])
