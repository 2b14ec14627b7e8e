"""The pages over the API, in Chromium: what is public is listed, found and played."""

import re

from playwright.sync_api import Page, Route, expect

from tests.acceptance.places import TITLES, Place, complaints, page, place
from tests.acceptance.watching import open_page, wait_for_position

__all__ = ["complaints", "page", "place"]

PACKAGES = False


def test_what_is_public_is_listed_and_plays_by_its_name_in_the_catalogue(
    page: Page, complaints: list[str]
) -> None:
    open_page(page, "/")
    expect(page.locator(".tracks a")).to_have_count(len(TITLES))
    expect(page.locator(".tracks .track-title")).to_have_text(list(reversed(TITLES)))
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[-1])
    page.locator(".tracks").get_by_role("link", name=TITLES[0]).click()
    wait_for_position(page, 0.5)
    expect(page).to_have_title(f"{TITLES[0]} — Sigur Rós")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[0])
    expect(page.locator(".tracks").get_by_role("link", name=TITLES[0])).to_have_attribute(
        "aria-current", "true"
    )
    assert complaints == []


def test_the_shelf_goes_on_where_no_track_of_the_first_page_has_a_sound(page: Page) -> None:
    first: dict[str, object] = {"items": [], "next": "behind", "total": None}

    def listed(route: Route) -> None:
        if "cursor=" in route.request.url:
            route.fulfill(json=route.fetch(url=route.request.url.partition("?")[0]).json())
        else:
            route.fulfill(json=first)

    page.route(re.compile(r"/v1/tracks\?"), listed)
    open_page(page, "/")
    expect(page.locator(".tracks .track-title").first).to_be_visible()
    expect(page.get_by_role("combobox", name="Search tracks")).to_be_visible()
    expect(page.locator(".notice")).to_be_empty()
    page.unroute_all()
    page.route(re.compile(r"/v1/tracks\?"), lambda route: route.fulfill(json=first))
    page.goto("/")
    expect(page.get_by_role("button", name="Show more")).to_be_visible()
    expect(page.get_by_role("combobox", name="Search tracks")).to_be_visible()
    expect(page.locator(".notice")).to_be_empty()


def test_a_search_finds_as_one_types_and_is_said(page: Page, complaints: list[str]) -> None:
    open_page(page, "/")
    page.keyboard.press("/")
    box = page.get_by_role("combobox", name="Search tracks")
    expect(box).to_be_focused()
    page.keyboard.type("hopipolla", delay=20)
    expect(page.locator(".found")).to_have_text("1 track found")
    expect(page.locator(".tracks .track-title")).to_have_text([TITLES[0]])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    wait_for_position(page, 0.5)
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[0])
    box.fill("nothing of the kind")
    expect(page.locator(".found")).to_have_text("Nothing was found.")
    box.press("Escape")
    expect(page.locator(".tracks a")).to_have_count(len(TITLES))
    assert complaints == []


def test_who_is_at_a_track_with_the_keyboard_stays_there_when_it_is_found_again(
    page: Page,
) -> None:
    open_page(page, "/")
    box = page.get_by_role("combobox", name="Search tracks")
    box.fill("hopip")
    expect(page.locator(".found")).to_have_text("1 track found")
    page.locator(".tracks a").focus()
    with page.expect_response(re.compile(r"q=hopipo&")):
        box.evaluate("box => { box.value = 'hopipo'; box.dispatchEvent(new Event('input')); }")
    expect(page.locator(".tracks mark")).to_have_text("Hoppípo")
    expect(page.locator(".tracks a")).to_be_focused()


def test_an_answer_that_is_overtaken_is_not_shown(page: Page) -> None:
    held: list[Route] = []
    open_page(page, "/")

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/v1/search\?.*q=glo"), hold)
    with page.expect_request(re.compile(r"q=glo")):
        page.get_by_role("combobox", name="Search tracks").fill("glo")
    page.get_by_role("combobox", name="Search tracks").fill("hopp")
    expect(page.locator(".tracks .track-title")).to_have_text([TITLES[0]])
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    expect(page.locator(".tracks .track-title")).to_have_text([TITLES[0]])


def test_names_are_suggested_and_taken_by_keyboard(page: Page, complaints: list[str]) -> None:
    open_page(page, "/")
    box = page.get_by_role("combobox", name="Search tracks")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    box.press_sequentially("gl")
    expect(options).to_have_text([re.compile(TITLES[2])])
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(options).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "suggestion-0")
    box.press("ArrowDown")
    expect(options).to_have_attribute("aria-selected", "false")
    box.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_have_value("gl")
    box.press("ArrowDown")
    expect(options).to_have_count(1)
    box.press("ArrowUp")
    box.press("Enter")
    wait_for_position(page, 0.5)
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[2])
    expect(box).to_have_value(TITLES[2])
    expect(box).to_have_attribute("aria-expanded", "false")
    box.fill("sig")
    expect(options.first).to_contain_text("Artist")
    options.first.click()
    expect(box).to_have_value("Sigur Rós")
    expect(box).to_be_focused()
    expect(page.locator(".tracks a")).to_have_count(len(TITLES))
    assert complaints == []


def test_a_suggestion_that_is_overtaken_is_not_shown(page: Page) -> None:
    held: list[Route] = []
    open_page(page, "/")

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/suggest\?q=gl$"), hold)
    box = page.get_by_role("combobox", name="Search tracks")
    with page.expect_request(re.compile(r"/suggest\?q=gl$")):
        box.fill("gl")
    box.fill("hopp")
    option = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    expect(option).to_have_text([re.compile(TITLES[0])])
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    expect(option).to_have_text([re.compile(TITLES[0])])


def test_what_is_similar_is_shown_and_played(page: Page, complaints: list[str]) -> None:
    open_page(page, "/")
    similar = page.get_by_role("region", name="Similar")
    expect(similar.get_by_role("link")).to_have_count(len(TITLES) - 1)
    similar.get_by_role("link", name=TITLES[0]).click()
    wait_for_position(page, 0.3)
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[0])
    expect(similar.get_by_role("link", name=TITLES[0])).to_have_count(0)
    assert complaints == []


SAID = {
    "description": "From *Takk…*\n<b>2005</b>", "genre": "Post-Rock", "tags": ["live", "iceland"],
    "language": "is", "released_on": "2005-11-28", "explicit": True,
}  # fmt: skip


def test_what_a_creator_says_of_a_track_is_shown_with_it(
    page: Page, place: Place, complaints: list[str]
) -> None:
    listed = place.creator.ask("GET", "/v1/me/tracks")["items"]
    (track,) = (each for each in listed if each["title"] == TITLES[1])
    place.creator.ask("PATCH", f"/v1/tracks/{track['id']}", SAID)
    open_page(page, f"/?play={track['playback_id']}&track={track['id']}")
    about = page.get_by_role("region", name="About this track")
    text = about.locator("p")
    expect(text).to_have_text(str(SAID["description"]), use_inner_text=True)
    expect(about.locator("dd")).to_have_text(
        ["post-rock", "live · iceland", "28 November 2005", "Icelandic"]
    )
    expect(page.locator("sound-player").get_by_role("img", name="Explicit")).to_be_visible()
    row = page.locator(".tracks li").filter(has_text=TITLES[1])
    expect(row.get_by_role("img", name="Explicit")).to_be_visible()
    row.get_by_role("button", name=f"Add {TITLES[1]} to the queue").click()
    page.locator(".queue-toggle").click()
    expect(page.locator(".queue").get_by_role("img", name="Explicit")).to_be_visible()
    page.get_by_role("button", name=f"Remove {TITLES[1]} from the queue").click()
    page.locator(".tracks").get_by_role("link", name=TITLES[0]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[0])
    expect(about).to_be_hidden()
    page.get_by_role("combobox", name="Search tracks").fill(TITLES[1])
    expect(page.locator(".found")).to_have_text("1 track found")
    expect(row.get_by_role("img", name="Explicit")).to_be_visible()
    row.get_by_role("link").click()
    expect(text).to_have_text(str(SAID["description"]), use_inner_text=True)
    assert complaints == []
