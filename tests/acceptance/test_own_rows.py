"""A creator's track in the list of one's own: what is pressed while the server is slow."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Dialog, Page, Route, expect

from tests.acceptance.places import TITLES, Place, complaints, page, place, sign_in, sign_in_beside

__all__ = ["complaints", "page", "place"]

ONE_TRACK = re.compile(r"/v1/tracks/[\w-]+$")
CHANGED = ("Svefn-g-englar", "Ágætis byrjun")


@contextmanager
def held(page: Page) -> Iterator[list[str]]:
    """Let changes of tracks go on only behind the caller's block; give their methods so far."""
    waiting: list[Route] = []
    methods: list[str] = []

    def wait(route: Route) -> None:
        waiting.append(route)
        methods.append(route.request.method)

    page.route(ONE_TRACK, wait)
    try:
        yield methods
    finally:
        for route in waiting:
            route.continue_()
        page.unroute(ONE_TRACK)


def edit(page: Page, title: str, changed: str) -> None:
    page.get_by_role("button", name=f"Edit {title}").click()
    page.get_by_label("Title", exact=True).fill(changed)


def test_the_keyboard_goes_on_at_the_first_of_those_that_are_shown_then(
    page: Page, place: Place
) -> None:
    faults = ["connectionfailed"]  # of the second page

    def two(route: Route) -> None:
        if "cursor=" in route.request.url and faults:
            route.abort(faults.pop())
        else:
            route.continue_(url=route.request.url.replace("limit=50", "limit=2"))

    page.route(re.compile(r"/v1/me/tracks\?"), two)
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    rows = page.locator(".own-tracks > li")
    expect(rows).to_have_count(2)
    more = page.get_by_role("button", name="Show more")
    more.press("Enter")
    expect(page.get_by_role("status")).not_to_be_empty()
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_focused()
    again.press("Enter")
    expect(rows).to_have_count(3)
    expect(rows.last.get_by_role("link")).to_be_focused()


def test_who_has_gone_elsewhere_meanwhile_is_left_there(page: Page, place: Place) -> None:
    slow: list[Route] = []
    rest = re.compile(r"/v1/me/tracks\?.*cursor=")
    page.route(
        re.compile(r"/v1/me/tracks\?"),
        lambda route: route.continue_(url=route.request.url.replace("limit=50", "limit=2")),
    )
    page.route(rest, lambda route: slow.append(route))  # noqa: PLW0108 the browser asks for its name
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    with page.expect_request(rest):
        page.get_by_role("button", name="Show more").press("Enter")
    first, second = page.locator(".own-tracks > li").all()
    first.get_by_role("button", name=re.compile("Edit")).click()
    genre = first.get_by_label("Genre")
    genre.fill("drone")
    (waits,) = slow
    waits.continue_(url=waits.request.url.replace("limit=50", "limit=2"))
    expect(page.locator(".own-tracks > li")).to_have_count(3)
    expect(genre).to_be_focused()
    with held(page):
        with page.expect_request(ONE_TRACK):
            genre.press("Enter")  # which saves it
        second.get_by_role("button", name=re.compile("Edit")).click()
        second.get_by_label("Language").focus()
    expect(page.locator(".own-tracks form")).to_have_count(1)
    expect(second.get_by_label("Language")).to_be_focused()


def test_what_is_saved_twice_is_saved_once(page: Page, place: Place, complaints: list[str]) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    complaints.clear()  # of the page that signs in, which has no icon
    page.goto("/mine")
    with held(page) as changes:
        edit(page, TITLES[0], CHANGED[0])
        with page.expect_request(ONE_TRACK):
            page.get_by_role("button", name="Save").dblclick()
        page.get_by_role("button", name=f"Edit {TITLES[0]}").click()  # which closes it
        expect(page.locator(".own-tracks form")).to_have_count(0)
        assert changes == ["PATCH"]
    for action in ("Plays per day", "Edit", "Delete"):
        expect(page.get_by_role("button", name=f"{action} {CHANGED[0]}")).to_be_visible()
    expect(page.locator(".own-tracks .form-trouble:not(:empty)")).to_have_count(0)
    assert complaints == []


def test_what_is_being_saved_is_said_to_be(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    row = page.locator(".own-tracks > li").first
    opening = row.get_by_role("button", name="Edit")
    opening.click()
    expect(opening).to_have_attribute("aria-expanded", "true")
    row.get_by_label("Genre").fill("ambient")
    save = row.get_by_role("button", name="Save", exact=True)
    page.route(ONE_TRACK, lambda route: route.fulfill(status=503, json={"detail": "Later."}))
    save.press("Enter")
    expect(row.get_by_role("alert")).to_have_text("Later.")
    expect(save).to_be_focused()
    page.unroute(ONE_TRACK)
    with held(page):
        save.press("Enter")
        saving = row.get_by_role("button", name="Saving …")
        expect(saving).to_be_focused()
        expect(saving).to_be_disabled()
        expect(row).to_have_attribute("aria-busy", "true")
    expect(row).to_have_attribute("aria-busy", "false")
    expect(opening).to_have_attribute("aria-expanded", "false")


def test_what_was_saved_is_shown_where_the_cover_was_refused(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    row = page.locator(".own-tracks li").filter(has=page.locator("form"))
    edit(page, TITLES[2], "Untitled #1")
    page.set_input_files(
        ".own-tracks input[type=file]",
        {"name": "cover.png", "mimeType": "image/png", "buffer": b"none"},
    )
    page.get_by_role("button", name="Save").click()
    expect(row.get_by_role("alert")).not_to_be_empty()
    expect(row.get_by_role("link", name="Untitled #1")).to_be_visible()
    page.set_input_files(".own-tracks input[type=file]", [])
    page.get_by_label("Title", exact=True).fill(TITLES[2])
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name=f"Edit {TITLES[2]}")).to_be_focused()


def test_what_is_deleted_twice_is_deleted_once(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    asked: list[str] = []

    def agree(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.accept()

    page.on("dialog", agree)
    remove = page.get_by_role("button", name=f"Delete {TITLES[1]}")
    with held(page) as changes:
        with page.expect_request(ONE_TRACK):
            remove.click()
        remove.click()
        edit(page, TITLES[2], CHANGED[1])  # beside it, another goes on
        with page.expect_request(ONE_TRACK):
            page.get_by_role("button", name="Save").click()
        assert changes == ["DELETE", "PATCH"]
    assert len(asked) == 1
    expect(page.get_by_text("was deleted.")).to_be_visible()
    expect(page.get_by_role("button", name=f"Edit {CHANGED[1]}")).to_be_focused()


def test_what_is_not_deleted_as_somebody_else_is_signed_in_is_not_said_to_be(
    page: Page, place: Place
) -> None:
    """Of a private track of others, the server says that there is none."""
    (artist, *_) = place.creator.ask("GET", "/v1/me/artists")["items"]
    secret = {"artist_id": artist["id"], "title": "Secret", "visibility": "private"}
    track = place.creator.ask("POST", "/v1/tracks", secret)
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    row = page.locator(".own-tracks > li").filter(has_text="Secret")
    remove = row.get_by_role("button", name="Delete")
    page.on("dialog", Dialog.accept)
    remove.wait_for()
    sign_in_beside(page, place, "Bob")
    remove.click()
    expect(row.get_by_role("alert")).to_contain_text("signed in as somebody else")
    assert place.creator.ask("GET", f"/v1/tracks/{track['id']}")["title"] == "Secret"
    sign_in_beside(page, place, "Ann")
    remove.click()
    expect(row).to_have_count(0)
