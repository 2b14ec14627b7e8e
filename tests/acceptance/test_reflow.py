"""Pages on a narrow screen, and with large text: nothing is cut off, none scrolls sideways.

WCAG 2.2 asks for 320 px of width (1.4.10) and for text of twice its size (1.4.4).
"""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.places import TITLES, WAIT_MS, Place, place, sign_in
from tests.acceptance.watching import wait_for_state

pytestmark = pytest.mark.long_unless("320px")

__all__ = ["place"]

PACKAGES = False

STICKING_OUT: Final = """() => {
    const width = document.documentElement.clientWidth;
    // These scroll, or are cut off, by themselves.
    const isAlone = node => node.closest('.similar ul, .ambience, .visually-hidden');
    const found = [...document.querySelectorAll('body *')].filter(node => {
        const {left, right, width: own, height} = node.getBoundingClientRect();
        return own > 0 && height > 0 && (right > width + 1 || left < -1) && !isAlone(node);
    });
    return found.map(node => `${node.tagName}.${node.getAttribute('class')}`);
}"""
SIZES: Final = [(320, "100%"), (320, "200%"), (390, "200%"), (768, "200%"), (1280, "200%")]
"""The screen's width in pixels, and the size of text."""
QUEUED: Final = 12
SIZED: Final = """addEventListener('DOMContentLoaded', () => {
    document.documentElement.style.fontSize = '%s';
});"""


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}px-{size[1]}")
def page(browser: Browser, place: Place, request: pytest.FixtureRequest) -> Iterator[Page]:
    width_px, text_size = request.param
    context = browser.new_context(
        base_url=place.creator.url, viewport={"width": width_px, "height": 800}
    )
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.add_init_script(SIZED % text_size)
    yield page
    context.close()


def assert_fits(page: Page) -> None:
    page.wait_for_timeout(100)  # what watches its size has been told of it
    assert page.evaluate(STICKING_OUT) == []
    width_px = page.evaluate("document.documentElement.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") == width_px


@pytest.mark.long
def test_all_of_the_player_and_its_lists_is_there(page: Page) -> None:
    page.goto("/")
    wait_for_state(page, "paused")
    add = page.locator(".tracks").get_by_role("button", name=" to the queue")
    expect(add).to_have_count(len(TITLES))
    for _ in range(QUEUED // len(TITLES)):
        for button in add.all():
            button.click()
    page.locator(".queue-toggle").click()
    expect(page.locator(".queue li")).to_have_count(QUEUED)
    assert_fits(page)
    for title in page.locator(".queue .track-title, .tracks .track-title").all():
        box = title.bounding_box()
        assert box is not None
        assert box["width"] >= 64, "there is room to read it"


def test_all_of_what_creators_fill_in_is_there(page: Page, place: Place) -> None:
    link = place.sign_in_link("Ann")
    page.goto(link)
    page.get_by_role("button", name="Sign in").wait_for()
    assert_fits(page)
    sign_in(page, link)
    page.goto("/mine")
    page.get_by_role("button", name="Edit").first.click()
    assert_fits(page)
    page.goto("/upload")
    page.set_input_files(
        "input[type=file]", {"name": f"{'song' * 20}.wav", "mimeType": "audio/wav", "buffer": b"?"}
    )
    page.get_by_label("Title").wait_for()
    assert_fits(page)


def test_all_that_is_said_of_the_api_is_there(page: Page) -> None:
    page.goto("/docs")
    page.get_by_role("navigation", name="Operations").wait_for()
    assert_fits(page)
