"""The pages over the API, in Chromium: what is public is found and played, a file is uploaded."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from origin.database.sqlite import FILE_NAME
from tests.acceptance.creating import Creator, admin, stranger
from tests.acceptance.watching import open_page, wait_for_position
from tests.functional.supervising import embedded, until
from tests.sources.pictures import picture, saved

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
        until(lambda: len(stranger(ann, "/v1/tracks")["items"]) == len(TITLES))
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


def played(place: Place, track_id: str, plays: dict[int, int]) -> None:
    """Let a track have been played, by so many days ago."""
    today = int(time.time() // 86_400)
    rows = [(track_id, today - ago, count, 30.0 * count) for ago, count in plays.items()]
    with closing(sqlite3.connect(place.state / FILE_NAME)) as database, database:
        database.executemany("INSERT OR REPLACE INTO play_days VALUES (?, ?, ?, ?)", rows)


def colours(page: Page) -> set[tuple[int, ...]]:
    """What the chart is painted with."""
    found = page.evaluate(
        """() => {
          const canvas = document.querySelector(".chart canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const found = new Set();
          for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] === 255) found.add([...data.slice(at, at + 3)].join());
          }
          return [...found];
        }"""
    )
    return {tuple(map(int, each.split(","))) for each in found}


def test_plays_of_days_are_a_chart_for_eyes_and_a_table_for_ears(
    page: Page, place: Place, complaints: list[str]
) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    complaints.clear()  # of the page that signs in, which has no icon
    (track,) = place.creator.ask("GET", "/v1/me/tracks?limit=1")["items"]
    played(place, track["id"], {1: 7, 40: 3, 400: 9})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/mine")
    button = page.get_by_role("button", name=f"Plays per day {track['title']}")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert not any("play_chart" in url for url in asked)
    button.click()
    caption = page.locator(".play-days figcaption")
    expect(caption).to_contain_text("7 plays in the last 30 days, most on ")
    assert any("play_chart" in url for url in asked)
    expect(page.locator(".chart canvas")).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Chart: 7 plays"))
    expect(chart).to_be_visible()
    expect(page.locator(".play-days tbody tr")).to_have_count(1)
    assert (185, 61, 11) in colours(page)  # the accent of the light page
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("matchMedia('(prefers-color-scheme: dark)').matches")
    assert (255, 143, 90) in colours(page)
    page.get_by_label(re.compile("^Plays of")).select_option("a year")
    expect(caption).to_contain_text("10 plays in the last 365 days")
    expect(page.locator(".play-days tbody tr")).to_have_count(2)
    for width in (320, 900):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
    button.click()
    expect(page.locator(".play-days")).to_have_count(0)
    assert complaints == []


def test_a_cover_is_given_and_shown_wherever_the_track_is(
    page: Page, place: Place, tmp_path: Path, complaints: list[str]
) -> None:
    (tmp_path / "cover.webp").write_bytes(saved(picture(600, 400), "WEBP"))
    sign_in(page, place.sign_in_link("Ann"))
    complaints.clear()  # of the page that signs in, which has no icon
    page.goto("/mine")
    name = page.locator(".own-tracks .name").first.text_content()
    page.get_by_role("button", name=f"Edit {name}").click()
    page.get_by_label("Cover").set_input_files(tmp_path / "cover.webp")
    page.get_by_role("button", name="Save").click()
    thumb = page.locator(".own-tracks .thumb").first
    expect(thumb).to_be_visible()
    page.wait_for_function("document.querySelector('.own-tracks .thumb').naturalWidth > 0")
    page.locator(".own-tracks .name").first.click()
    cover = page.locator(".cover-image")
    expect(cover).to_be_visible()
    assert "/artwork/" in str(cover.evaluate("image => image.currentSrc"))
    shown = page.evaluate("navigator.mediaSession.metadata?.artwork.map(({ src }) => src)")
    assert len(shown) == 3
    assert all("/artwork/" in each for each in shown)
    assert complaints == []


HOSTILE = (
    '<img src=x onerror="document.documentElement.dataset.broken=1">',
    "</script><script>document.documentElement.dataset.broken=1</script>",
    "javascript:alert(1)//&lt;b&gt;",
)


def test_what_people_write_is_shown_as_it_is_written(
    page: Page, place: Place, music: Path, complaints: list[str]
) -> None:
    ann = place.creator
    artist = ann.ask("POST", "/v1/artists", {"name": HOSTILE[0], "handle": "hostile"})
    made = []
    for title in HOSTILE:
        said = {"artist_id": artist["id"], "title": title, "description": title, "tags": [title]}
        track = {**said, "genre": title[:64], "tags": [title[:64]], "visibility": "public"}
        upload = ann.ask("POST", "/v1/uploads", {"name": "song.wav", "track": track})
        done = ann.ask("PUT", upload["send"]["put"], content=music.read_bytes())
        ann.becomes_ready(upload["asset_id"])
        made.append(done["track_id"])
    try:
        open_page(page, "/")
        for title in HOSTILE:
            expect(
                page.locator(".tracks .track-title").get_by_text(title, exact=True)
            ).to_be_visible()
        page.locator(".tracks").get_by_role("link", name=HOSTILE[1]).click()
        wait_for_position(page, 0.5)
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE[1])
        expect(page).to_have_title(f"{HOSTILE[1]} — {HOSTILE[0]}")
        page.get_by_role("combobox", name="Search tracks").fill("document")
        expect(page.locator(".tracks .track-title").first).to_contain_text("dataset.broken")
        assert page.evaluate("document.documentElement.dataset.broken ?? null") is None
        assert complaints == []
    finally:
        for track_id in made:
            ann.ask("PATCH", f"/v1/tracks/{track_id}", {"visibility": "private"})
