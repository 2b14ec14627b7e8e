"""How pages look, as far as a test can see it: what belongs together is in line, in one colour."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.places import Place, complaints, page, place, sign_in
from tests.acceptance.watching import wait_for_state
from tests.sources.pictures import picture, saved

__all__ = ["complaints", "page", "place"]

PACKAGES = False

WIDTHS_PX = (390, 1280)
SCHEMES = ("light", "dark")
WRITTEN = """() => {
    const {prototype} = CanvasRenderingContext2D;
    const {fillText} = prototype;
    window.written = [];
    prototype.fillText = function (text, ...where) {
        window.written.push(text);
        fillText.call(this, text, ...where);
    };
}"""


def edges(locator: Locator) -> tuple[float, float]:
    """Return where it begins and ends, downwards, in pixels."""
    box = locator.bounding_box()
    assert box is not None
    return box["y"], box["y"] + box["height"]


def style(locator: Locator, name: str) -> str:
    return str(locator.evaluate("(node, name) => getComputedStyle(node)[name]", name))


@pytest.mark.long_if("1280")
@pytest.mark.parametrize("width_px", WIDTHS_PX)
def test_filters_are_apart_from_the_search(page: Page, width_px: int) -> None:
    page.set_viewport_size({"width": width_px, "height": 800})
    page.goto("/")
    expect(page.locator(".filters")).to_be_visible()
    _, search_end = edges(page.get_by_role("combobox", name="Search tracks"))
    filters_begin, _ = edges(page.get_by_role("button", name="Newest"))
    assert filters_begin - search_end >= 8


@pytest.mark.long_if("light")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_next_step_where_nothing_is_yet_has_the_pages_own_colour(
    page: Page, place: Place, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/mine")
    step = page.get_by_role("link", name="Upload a track")
    own = page.locator(".pages a[aria-current]")
    assert style(step, "color") == style(own, "color")


@pytest.mark.long_if("light")
@pytest.mark.parametrize("scheme", SCHEMES)
def test_signing_in_looks_like_the_pages_that_it_leads_to(
    page: Page, place: Place, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(place.sign_in_link("Bob"))
    button = page.get_by_role("button", name="Sign in")
    expect(button).to_be_visible()
    looks = ["backgroundColor", "color", "borderTopWidth", "borderTopLeftRadius"]
    signing_in = [style(button, name) for name in looks]
    page.goto("/")
    wait_for_state(page, "paused")
    page.evaluate("""() => {
        const button = document.createElement('button');
        button.className = 'primary';
        document.querySelector('main').append(button);
    }""")
    assert signing_in == [style(page.locator(".primary"), name) for name in looks]


def test_own_tracks_with_and_without_a_cover_are_in_line(
    page: Page, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "cover.webp").write_bytes(saved(picture(600, 400), "WEBP"))
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    names = page.locator(".own-tracks .name")
    page.get_by_role("button", name=f"Edit {names.first.text_content()}").click()
    page.get_by_label("Cover").set_input_files(tmp_path / "cover.webp")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".own-tracks img.thumb").first).to_be_visible()
    expect(page.locator(".own-tracks img.thumb:visible")).to_have_count(1)
    begins = names.evaluate_all("nodes => nodes.map(node => node.getBoundingClientRect().left)")
    assert len(begins) > 1
    assert len(set(begins)) == 1
    expect(page.locator(".own-tracks .thumb-placeholder:visible")).to_have_count(len(begins))


def test_the_button_of_a_file_is_in_the_middle_of_its_field(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    page.get_by_role("button", name=re.compile("^Edit ")).first.click()
    field = page.get_by_label("Cover")
    with Image.open(BytesIO(field.screenshot())) as shot:
        strip = shot.convert("L").crop((24, 2, 32, shot.height - 2))  # inside of its border
    paper = strip.getpixel((0, 0))
    drawn = [y for y in range(strip.height) if strip.getpixel((0, y)) != paper]
    assert abs(drawn[0] - (strip.height - 1 - drawn[-1])) <= 2


def test_a_form_has_no_gap_where_nothing_is_said(page: Page, place: Place, music: Path) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/upload")
    page.set_input_files("input[type=file]", music)
    expect(page.get_by_label("Title")).to_be_visible()
    _, picker_end = edges(page.locator(".picker"))
    title_begins, _ = edges(page.get_by_text("Title", exact=True))
    assert title_begins - picker_end <= 24


def test_days_of_plays_are_written_as_their_reader_does(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    page.evaluate(WRITTEN)
    page.get_by_role("button", name=re.compile("^Plays per day")).first.click()
    page.wait_for_function("() => window.written.length > 2")
    written = page.evaluate("window.written")
    assert any(re.fullmatch(r"\d{1,2} [A-Z][a-z]{2,3}", text) for text in written), written
    assert not any("/" in text for text in written)
