"""Who does not know what to look for: lists in another order, and of a genre."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.acceptance.places import TITLES, WAIT_MS, Place, place, sorted_place
from tests.acceptance.watching import open_page

__all__ = ["place", "sorted_place"]

PACKAGES = False


@pytest.fixture
def page(browser: Browser, sorted_place: Place) -> Iterator[Page]:
    context = browser.new_context(base_url=sorted_place.creator.url)
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def expect_titles(page: Page, *titles: str) -> None:
    expect(page.locator(".tracks .track-title")).to_have_text(list(titles))


def test_a_genre_is_chosen_and_left_again(page: Page) -> None:
    open_page(page, "/")
    genres = page.get_by_role("group", name="Genre")
    expect(genres.get_by_role("button")).to_have_text(["folk", "post-rock"])
    genres.get_by_role("button", name="post-rock").press("Enter")
    expect_titles(page, TITLES[1], TITLES[0])
    chosen = genres.get_by_role("button", name="post-rock", pressed=True)
    expect(chosen).to_be_focused()
    expect(genres.get_by_role("button")).to_have_text(["folk", "post-rock"])
    chosen.press("Enter")
    expect_titles(page, *reversed(TITLES))


def test_a_list_comes_in_another_order(page: Page) -> None:
    open_page(page, "/")
    orders = page.get_by_role("group", name="Order")
    expect(orders.get_by_role("button", pressed=True)).to_have_text("Newest")
    items = stranger_items(page, "/v1/tracks?order=plays")[::-1]
    listed = {"items": items, "next": None}
    page.route(
        re.compile(r"/v1/tracks\?.*order=plays"),
        lambda route: route.fulfill(json=listed, content_type="application/json"),
    )
    orders.get_by_role("button", name="Popular").click()
    expect_titles(page, *(each["title"] for each in items))
    expect(orders.get_by_role("button", pressed=True)).to_have_text("Popular")
    with page.expect_response(re.compile(r"order=trending")) as told:
        orders.get_by_role("button", name="Trending").click()
    assert told.value.ok


def stranger_items(page: Page, path: str) -> list[dict[str, str]]:
    items: list[dict[str, str]] = json.loads(page.request.get(path).text())["items"]
    return items


def test_what_is_found_is_narrowed_to_a_genre(page: Page) -> None:
    open_page(page, "/")
    box = page.get_by_role("combobox", name="Search tracks")
    box.fill("sigur ros")
    box.press("Enter")
    expect(page.locator(".found")).to_have_text("3 tracks found")
    expect(page.get_by_role("group", name="Order")).to_be_hidden()
    genres = page.get_by_role("group", name="Genre")
    expect(genres.get_by_role("button")).to_have_text(["post-rock", "folk"])
    genres.get_by_role("button", name="folk").click()
    expect(page.locator(".found")).to_have_text("1 track found")
    expect_titles(page, TITLES[2])


def test_what_was_asked_for_is_not_suggested_any_more(
    browser: Browser, sorted_place: Place
) -> None:
    """One types and presses Enter before the script for suggestions is there: a slow network."""
    # No service worker, which may have the script already, and asks nobody whom the test sees.
    context = browser.new_context(base_url=sorted_place.creator.url, service_workers="block")
    page = context.new_page()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile("/suggest-[^/]*[.]js$"), hold)
    open_page(page, "/")
    box = page.get_by_role("combobox", name="Search tracks")
    with page.expect_request(re.compile("/suggest-[^/]*[.]js$")):
        box.fill("sigur ros")
    box.press("Enter")
    expect(page.locator(".found")).to_have_text("3 tracks found")
    with page.expect_response(re.compile("/suggest-[^/]*[.]js$")):
        held[0].continue_()
    page.wait_for_timeout(600)  # ten times what it waits for the next letter
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    assert options.count() == 0
    box.fill("hoppi")
    options.first.wait_for()
    context.close()


COMPOSED_ESCAPE = """box => box.dispatchEvent(
    new KeyboardEvent("keydown", { key: "Escape", bubbles: true, cancelable: true, %s }))"""


@pytest.mark.parametrize("how", ["isComposing: true", "keyCode: 229"])
def test_an_input_methods_escape_leaves_what_is_typed(page: Page, how: str) -> None:
    """Which takes back what is being composed, and no more; Safari tells of it only by 229."""
    open_page(page, "/")
    box = page.get_by_role("combobox", name="Search tracks")
    box.fill("hoppi")
    expect(page.locator(".found")).to_have_text("1 track found")
    box.press("Escape")  # closes the suggestions, where they are there
    box.fill("hoppi")
    page.get_by_role("listbox", name="Suggestions").get_by_role("option").wait_for()
    box.evaluate(COMPOSED_ESCAPE % how)
    expect(page.get_by_role("listbox", name="Suggestions").get_by_role("option")).to_have_count(1)
    expect(box).to_have_value("hoppi")
    box.press("Escape")
    expect(page.get_by_role("listbox", name="Suggestions").get_by_role("option")).to_have_count(0)
    box.evaluate(COMPOSED_ESCAPE % how)
    expect(box).to_have_value("hoppi")
    box.press("Escape")
    expect(box).to_have_value("")


def test_a_genre_that_has_nothing_says_so_and_is_taken_off(page: Page) -> None:
    nothing: dict[str, object] = {"items": [], "next": None, "total": None}
    page.route(re.compile(r"/v1/tracks\?.*genre="), lambda route: route.fulfill(json=nothing))
    open_page(page, "/")
    page.get_by_role("group", name="Genre").get_by_role("button", name="folk").click()
    found = page.locator(".found")
    expect(found).to_contain_text("Nothing is here in the genre “folk”.")
    expect_titles(page)
    found.get_by_role("button", name="Show all genres").press("Enter")
    expect_titles(page, *reversed(TITLES))
    expect(found).to_be_empty()
    expect(page.locator(".tracks a").first).to_be_focused()
    expect(
        page.get_by_role("group", name="Genre").get_by_role("button", pressed=True)
    ).to_have_count(0)


def test_a_search_that_finds_nothing_in_a_genre_offers_all_of_them(page: Page) -> None:
    open_page(page, "/")
    page.get_by_role("group", name="Genre").get_by_role("button", name="folk").click()
    expect_titles(page, TITLES[2])
    page.get_by_role("combobox", name="Search tracks").fill("hoppipolla")
    found = page.locator(".found")
    expect(found).to_contain_text("Nothing was found in the genre “folk”.")
    found.get_by_role("button", name="Show all genres").click()
    expect(found).to_have_text("1 track found")
    expect_titles(page, TITLES[0])
