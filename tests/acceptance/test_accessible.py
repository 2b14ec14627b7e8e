"""axe finds nothing, whatever the pages show, by day and by night, on a desk and on a phone."""

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.axe import findings
from tests.acceptance.places import WAIT_MS, Place, place, sign_in
from tests.acceptance.watching import open_page, wait_for_position

__all__ = ["place"]

PACKAGES = False

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 375, "height": 812}
Look = tuple[Literal["light", "dark"], dict[str, int]]
LOOKS: list[Look] = [("light", DESK), ("dark", DESK), ("light", PHONE), ("dark", PHONE)]
NAMES = ("desk", "desk-dark", "phone", "phone-dark")
QUICK = {"phone-dark"}
"""What a newcomer sees of it; the others are asked with all that takes long."""


@pytest.fixture(
    params=[
        pytest.param(look, id=name, marks=[] if name in QUICK else [pytest.mark.long])
        for name, look in zip(NAMES, LOOKS, strict=True)
    ]
)
def page(browser: Browser, place: Place, request: pytest.FixtureRequest) -> Iterator[Page]:
    scheme, size = request.param
    context = browser.new_context(
        base_url=place.creator.url, color_scheme=scheme, viewport=size, bypass_csp=True
    )
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_where_people_listen(page: Page) -> None:
    open_page(page, "/")
    page.get_by_role("region", name="Similar").wait_for()
    assert findings(page) == []
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 0.5)
    page.locator(".queue-toggle").click()
    expect(page.get_by_text("Nothing is queued.")).to_be_visible()
    assert findings(page) == []
    for button in page.locator(".row-actions button").all():
        button.click()
    assert findings(page) == []
    page.get_by_role("combobox", name="Search tracks").press_sequentially("si")
    page.get_by_role("listbox", name="Suggestions").get_by_role("option").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert findings(page) == []


@pytest.mark.long
def test_axe_finds_nothing_where_something_is_wrong(page: Page) -> None:
    page.goto("/?play=nothing-here")
    expect(page.get_by_text("That track is not here.")).to_be_visible()
    assert findings(page) == []
    page.route(re.compile(r"\.m3u8$"), lambda route: route.abort())
    page.locator(".tracks a").first.click()
    expect(page.get_by_role("alert")).to_contain_text("The sound stopped coming")
    assert findings(page) == []


def test_axe_finds_nothing_where_creators_are(page: Page, place: Place) -> None:
    for path in ("/upload", "/mine", "/sign-in"):
        page.goto(path)
        page.get_by_role("status").filter(has_text="link").wait_for()
        assert findings(page) == []
    link = place.sign_in_link("Ann")
    page.goto(link)
    page.get_by_role("button", name="Sign in").wait_for()
    assert findings(page) == []
    sign_in(page, link)
    page.goto("/mine")
    page.locator(".own-tracks li").first.wait_for()
    assert findings(page) == []
    page.get_by_role("button", name="Edit").first.click()
    assert findings(page) == []
    page.goto("/upload")
    page.set_input_files(
        "input[type=file]",
        {"name": "song.wav", "mimeType": "audio/wav", "buffer": b"<!doctype html><title>no song"},
    )
    page.get_by_label("Title").wait_for()
    assert findings(page) == []
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads .state")).to_contain_text("a web page")
    assert findings(page) == []


@pytest.mark.long
def test_axe_finds_nothing_where_the_api_is_described(page: Page) -> None:
    page.goto("/docs")
    page.get_by_role("navigation", name="Operations").wait_for()
    assert findings(page) == []


def test_axe_sees_what_is_wrong(page: Page) -> None:
    open_page(page, "/")
    page.locator(".play").evaluate("node => node.removeAttribute('aria-label')")
    assert [rule for rule, _ in findings(page)] == ["button-name"]
