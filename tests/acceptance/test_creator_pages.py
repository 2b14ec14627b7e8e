"""The pages over the API, in Chromium: what is public is found and played, a file is uploaded."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from tests.acceptance.creating import Creator, admin
from tests.acceptance.watching import open_page, wait_for_position
from tests.functional.supervising import embedded

WAIT_MS = 60_000
TITLES = ("Hoppípolla", "Sæglópur", "Glósóli")


@dataclass
class Place:
    """A server with the API; what is public is by somebody with a key."""

    state: Path
    creator: Creator

    def sign_in_link(self, name: str) -> str:
        """Return what an operator hands over."""
        return admin(self.state, "sign-in-link", name, "--public-url", self.creator.url)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, music: Path) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("pages")
    state = folder / "state"
    with embedded(state, folder / "log") as server:
        admin(state, "user", "add", "Ann", "--role", "creator")
        admin(state, "user", "add", "Bob", "--role", "creator")
        ann = Creator(server.url, admin(state, "key", "add", "Ann"))
        artist = ann.ask("POST", "/v1/artists", {"name": "Sigur Rós", "handle": "sigur-ros"})
        for title in TITLES:
            track = {"artist_id": artist["id"], "title": title, "visibility": "public"}
            upload = ann.ask("POST", "/v1/uploads", {"name": "song.wav", "track": track})
            ann.ask("PUT", upload["send"]["put"], content=music.read_bytes())
            ann.becomes_ready(upload["asset_id"])
        yield Place(state, ann)


@pytest.fixture
def complaints() -> list[str]:
    """What the browser has to say against the page."""
    return []


@pytest.fixture
def page(browser: Browser, place: Place, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(base_url=place.creator.url, locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.unroute_all(behavior="wait")
    context.close()


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/$"))


def test_what_is_public_is_listed_and_plays_by_its_name_in_the_catalogue(
    page: Page, complaints: list[str]
) -> None:
    open_page(page, "/")
    expect(page.locator(".tracks a")).to_have_count(len(TITLES))
    expect(page.locator(".tracks .track-title")).to_have_text(list(reversed(TITLES)))
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[-1])
    page.get_by_role("link", name=TITLES[0]).click()
    wait_for_position(page, 0.5)
    expect(page).to_have_title(f"{TITLES[0]} — Sigur Rós")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[0])
    expect(page.get_by_role("link", name=TITLES[0])).to_have_attribute("aria-current", "true")
    assert complaints == []


def test_a_search_finds_as_one_types_and_is_said(page: Page, complaints: list[str]) -> None:
    open_page(page, "/")
    page.keyboard.press("/")
    box = page.get_by_role("searchbox")
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


def test_an_answer_that_is_overtaken_is_not_shown(page: Page) -> None:
    held: list[Route] = []
    open_page(page, "/")

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/v1/search\?.*q=glo"), hold)
    with page.expect_request(re.compile(r"q=glo")):
        page.get_by_role("searchbox").fill("glo")
    page.get_by_role("searchbox").fill("hopp")
    expect(page.locator(".tracks .track-title")).to_have_text([TITLES[0]])
    for route in held:
        route.continue_()
    page.wait_for_timeout(300)
    expect(page.locator(".tracks .track-title")).to_have_text([TITLES[0]])


def test_a_stranger_is_told_how_to_get_in(page: Page) -> None:
    for path in ("/upload", "/mine"):
        page.goto(path)
        expect(page.get_by_role("status")).to_contain_text("one-time link")
        expect(page.locator("form:visible")).to_have_count(0)


def test_a_creator_uploads_a_file_and_has_it(page: Page, place: Place, music: Path) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.get_by_role("link", name="Upload").click()
    expect(page.get_by_text("Signed in as Bob")).to_be_visible()
    page.set_input_files("input[type=file]", music)
    page.get_by_label("Title").fill("Ny Batterí <b>")
    expect(page.locator("input[name=artist-name]")).to_have_value("Bob")
    page.get_by_role("button", name="Upload").click()
    listen = page.get_by_role("link", name="Listen")
    expect(listen).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".uploads .state")).to_have_text("Ready", timeout=WAIT_MS)
    listen.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ny Batterí <b>")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 0.5)
    page.goto("/mine")
    expect(page.locator(".own-tracks li")).to_have_count(1)
    expect(page.locator(".own-tracks .state")).to_contain_text("Ready · public")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Title").fill("Ný Batterí")
    page.get_by_label("Who finds it").select_option("unlisted")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".own-tracks .state")).to_contain_text("unlisted")
    page.reload()
    expect(page.locator(".own-tracks .name")).to_have_text("Ný Batterí")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".own-tracks li")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("There is nothing yet.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("one-time link")


def test_an_upload_that_breaks_off_goes_on_also_after_a_reload(
    page: Page, place: Place, music: Path
) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(re.compile(r"/tus$"), lambda route: route.abort())
    page.set_input_files("input[type=file]", music)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads .state")).to_have_text("Waiting to be sent")
    page.reload()
    page.unroute_all()
    page.set_input_files("input[type=file]", music)
    expect(page.get_by_role("link", name="Listen")).to_be_visible(timeout=WAIT_MS)
    page.goto("/mine")
    expect(page.locator(".own-tracks li")).to_have_count(1)


def test_what_is_no_sound_is_refused_with_a_reason(
    page: Page, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "song.wav").write_text("<!doctype html><title>no song</title>")
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.set_input_files("input[type=file]", tmp_path / "song.wav")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads .state")).to_contain_text("a web page")


def test_nothing_sticks_out_sideways(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    for path in ("/", "/upload", "/mine"):
        page.goto(path)
        page.wait_for_selector(".tracks a, .picker, .own-tracks li")
        for width in (320, 375, 900):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width
