"""What creators do with what is theirs: say more of it, try again, leave uploads half-way."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.acceptance.places import TITLES, WAIT_MS, Place, place, sign_in

__all__ = ["place"]

ONE_ASSET = re.compile(r"/v1/assets/(?!events)[\w-]+$")


@pytest.fixture
def page(browser: Browser, place: Place) -> Iterator[Page]:
    context = browser.new_context(base_url=place.creator.url)
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    yield page
    page.unroute_all(behavior="wait")
    context.close()


def test_all_that_is_said_of_a_track_can_be_said_otherwise(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    page.get_by_role("button", name=f"Edit {TITLES[0]}").click()
    said = {
        "Genre": "Post-Rock", "Tags, with commas between them": "live, Iceland , live",
        "Description": "From *Takk…*\n<b>2005</b>", "Language, such as en or pt-BR": "is",
        "Released on": "2005-11-28",
    }  # fmt: skip
    for label, text in said.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("Explicit").check()
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".own-tracks form")).to_have_count(0)
    (track,) = (
        each
        for each in place.creator.ask("GET", "/v1/me/tracks")["items"]
        if each["title"] == TITLES[0]
    )
    assert (track["genre"], track["tags"], track["language"]) == (
        "post-rock", ["live", "iceland"], "is",
    )  # fmt: skip
    assert track["description"] == said["Description"]
    assert (track["released_on"], track["explicit"]) == ("2005-11-28", True)
    page.reload()
    page.get_by_role("button", name=f"Edit {TITLES[0]}").click()
    expect(page.get_by_label("Tags, with commas between them")).to_have_value("live, iceland")
    page.get_by_label("Genre").fill("")
    with page.expect_request(re.compile(r"/v1/tracks/")) as asked:
        page.get_by_role("button", name="Save").click()
    assert asked.value.post_data_json == {"genre": None}, "no more is sent than was changed"
    place.creator.ask("PATCH", f"/v1/tracks/{track['id']}", {"tags": ["live, at home"]})
    page.reload()
    page.get_by_role("button", name=f"Edit {TITLES[0]}").click()
    page.get_by_label("Genre").fill("Rock")
    with page.expect_request(re.compile(r"/v1/tracks/")) as asked:
        page.get_by_role("button", name="Save").click()
    assert asked.value.post_data_json == {"genre": "Rock"}, "a tag may have a comma"


def test_what_may_succeed_another_time_is_tried_again(page: Page, place: Place) -> None:
    def errored(route: Route) -> None:
        asset = route.fetch().json()
        error = {"code": "store_failed", "sentence": "The store was away.", "can_retry": True}
        error |= {"detail": None, "remedy": "Try again."}
        route.fulfill(json={**asset, "state": "errored", "error": error, "is_playable": False})

    sign_in(page, place.sign_in_link("Ann"))
    listed = re.compile(r"/v1/me/tracks")

    def without_sound(route: Route) -> None:
        tracks = route.fetch().json()
        for track in tracks["items"]:
            track["playback_id"] = None
        route.fulfill(json=tracks)

    page.route(listed, without_sound)
    page.route(ONE_ASSET, errored)
    page.goto("/mine")
    row = page.locator(".own-tracks li").filter(has_text=TITLES[1])
    expect(row.locator(".state")).to_contain_text("The store was away. Try again.")
    with page.expect_response(re.compile(r"/v1/assets/[\w-]+/retry$")) as told:
        row.get_by_role("button", name=f"Try again with {TITLES[1]}").click()
    assert told.value.status == 409, "it has not failed at all, says the server"
    expect(row.get_by_role("alert")).not_to_be_empty()
    row.get_by_role("button", name=f"Edit {TITLES[1]}").click()
    row.get_by_label("Genre").fill("drone")
    row.get_by_role("button", name="Save").click()
    expect(row.locator("form")).to_have_count(0)
    expect(row.locator(".state")).to_contain_text("The store was away. Try again.")


def of_bob(page: Page) -> tuple[int, int]:
    """How many uploads and tracks he has."""
    found = (page.request.get(path).text() for path in ("/v1/uploads", "/v1/me/tracks"))
    uploads, tracks = (len(json.loads(text)["items"]) for text in found)
    return uploads, tracks


def test_an_upload_that_is_cancelled_leaves_nothing(page: Page, place: Place, music: Path) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    before = of_bob(page)
    page.goto("/upload")
    page.route(re.compile(r"/tus$"), lambda route: route.abort())
    page.set_input_files("input[type=file]", music)
    page.get_by_role("button", name="Upload").click()
    with page.expect_response(lambda response: "/v1/tracks/" in response.url):
        page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".uploads li")).to_have_count(0)
    assert of_bob(page) == before


@pytest.mark.long
def test_who_is_signed_out_in_the_middle_goes_on_afterwards(
    page: Page, place: Place, music: Path
) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    _, tracks = of_bob(page)
    page.goto("/upload")
    held = re.compile(r"/tus$")
    page.route(held, lambda route: route.abort())
    page.set_input_files("input[type=file]", music)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads .state")).to_have_text("Waiting to be sent")
    page.context.clear_cookies()
    page.unroute(held)
    expect(page.locator(".uploads .state")).to_contain_text("You are signed out.")
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.set_input_files("input[type=file]", music)
    expect(page.get_by_role("link", name="Listen")).to_be_visible()
    assert of_bob(page)[1] == tracks + 1


@pytest.mark.long
def test_more_files_than_a_browser_has_connections_are_uploaded_from_one_page(
    page: Page, place: Place, music: Path
) -> None:
    streams: list[str] = []
    page.on("request", lambda asked: streams.append(asked.url) if "/events" in asked.url else None)
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    states = page.locator(".uploads .state")

    released: list[bool] = []

    def prepared_still(route: Route) -> None:
        if released:
            route.continue_()
            return
        asset = route.fetch().json()
        route.fulfill(json={**asset, "state": "preparing", "is_playable": False})

    def upload() -> None:
        page.set_input_files("input[type=file]", music)
        page.get_by_role("button", name="Upload").click()

    page.route(ONE_ASSET, prepared_still)
    for number in range(6):
        upload()
        expect(states).to_have_count(number + 1)
        expect(states.first).to_have_text("Being packaged")
    released.append(True)
    upload()
    expect(states).to_have_count(7)
    expect(states.first).to_have_text("Ready")
    assert len(streams) == 1


@pytest.mark.long
def test_tracks_are_ready_that_became_so_while_the_server_was_replaced(
    page: Page, place: Place
) -> None:
    was_replaced = False
    streams: list[str] = []

    def listed(route: Route) -> None:
        tracks = route.fetch().json()
        for track in tracks["items"]:
            track["playback_id"] = None
        route.fulfill(json=tracks)

    def prepared(route: Route) -> None:
        asset = route.fetch().json()
        change = {} if was_replaced else {"state": "preparing", "is_playable": False}
        route.fulfill(json={**asset, **change})

    def stream(route: Route) -> None:
        nonlocal was_replaced
        streams.append(route.request.url.partition("?")[2])
        match len(streams):
            case 1:
                event = 'retry: 50\nid: 7\nevent: asset.playable\ndata: {"asset_id": "other"}\n\n'
                route.fulfill(content_type="text/event-stream", body=event)
            case 2:
                route.fulfill(status=503)
            case _:
                was_replaced = True
                route.fulfill(content_type="text/event-stream", body=":\n\n")

    sign_in(page, place.sign_in_link("Ann"))
    page.route(re.compile(r"/v1/me/tracks"), listed)
    page.route(ONE_ASSET, prepared)
    page.route(re.compile(r"/v1/assets/events"), stream)
    page.goto("/mine")
    row = page.locator(".own-tracks li").filter(has_text=TITLES[1])
    expect(row.locator(".state")).to_contain_text("Being packaged")
    expect(row.locator(".state")).to_contain_text("Ready")
    assert streams[2] == "after=7"


@pytest.mark.long
def test_a_track_is_ready_whose_file_came_after_the_page_was_opened(
    page: Page, place: Place, music: Path
) -> None:
    ann = place.creator
    (artist, *_) = ann.ask("GET", "/v1/me/artists")["items"]
    track = {"artist_id": artist["id"], "title": "Under way", "visibility": "private"}
    upload = ann.ask("POST", "/v1/uploads", {"name": "song.wav", "track": track})
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    row = page.locator(".own-tracks li").filter(has_text="Under way")
    expect(row.locator(".state")).to_contain_text("No sound")
    ann.ask("PUT", upload["send"]["put"], content=music.read_bytes())
    expect(row.locator(".state")).to_contain_text("Ready")
    expect(row.get_by_role("link", name="Under way")).to_be_visible()


DROP = """() => {
  const dataTransfer = new DataTransfer();
  for (const name of ["One.wav", "Two.wav", "Three.wav"]) {
    dataTransfer.items.add(new File(["no sound"], name));
  }
  const drop = new DragEvent("drop", { dataTransfer, bubbles: true });
  document.querySelector(".picker").dispatchEvent(drop);
}"""


def test_of_several_files_each_is_offered_after_the_other(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.get_by_text("Drop sound files here").wait_for()
    page.evaluate(DROP)
    title, told = page.get_by_label("Title"), page.locator(".form [role=status]")
    expect(title).to_have_value("One")
    expect(told).to_contain_text("2 more files wait.")
    page.get_by_role("button", name="Upload").click()
    expect(title).to_have_value("Two")
    expect(title).to_be_focused()
    expect(told).to_contain_text("1 more file waits.")
    page.get_by_role("button", name="Leave it out").click()
    expect(title).to_have_value("Three")
    expect(told).to_be_empty()
    page.get_by_role("button", name="Upload").click()
    expect(title).to_be_hidden()
    expect(page.locator(".uploads .name")).to_have_text(["Three.wav", "One.wav"])
    files = [{"name": name, "mimeType": "audio/wav", "buffer": b"-"} for name in ("4.wav", "5.wav")]
    page.set_input_files("input[type=file]", files)  # type: ignore[arg-type]
    expect(title).to_have_value("4")
    expect(told).to_contain_text("1 more file waits.")


def test_a_page_that_is_not_to_be_had_says_so_and_tries_again(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    me = re.compile(r"/v1/me$")
    said = {"code": "database_unavailable", "detail": "The database does not answer."}
    page.route(me, lambda route: route.fulfill(status=503, json=said))
    page.goto("/mine")
    expect(page.get_by_role("alert")).to_have_text("The database does not answer.")
    page.unroute(me)
    page.route(me, lambda route: route.abort())
    page.goto("/upload")
    expect(page.get_by_role("alert")).to_contain_text("This server does not answer just now.")
    page.unroute(me)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Signed in as Ann")).to_be_visible()


def test_a_file_that_was_uploaded_before_is_said_to_be(
    page: Page, place: Place, music: Path
) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/upload")
    page.set_input_files("input[type=file]", music)
    page.get_by_label("Title").fill("Once more")
    page.get_by_label("Who finds it").select_option("private")
    page.get_by_role("button", name="Upload").click()
    told = page.locator(".uploads .duplicate")
    expect(told).to_have_text(f"You uploaded the same file before: {TITLES[0]}.")
    expect(page.locator(".uploads .state")).to_have_text("Ready")
    told.get_by_role("link", name=TITLES[0]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[0])
