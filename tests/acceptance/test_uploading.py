"""Uploads while they run, and files whose names are no names for the API."""

import re
from pathlib import Path
from shutil import copyfile

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from origin.companion.api.idempotency import TooManyKeys
from tests.acceptance.places import Place, complaints, page, place, sign_in

__all__ = ["complaints", "page", "place"]

TUS = re.compile(r"/tus$")
ARTISTS = re.compile(r"/v1/artists$")
UPLOADS = re.compile(r"/v1/uploads$")


def upload(page: Page, file: Path) -> None:
    page.set_input_files("input[type=file]", file)
    page.get_by_label("Who finds it").select_option("private")
    page.get_by_role("button", name="Upload").click()


@pytest.mark.long
def test_who_leaves_is_asked_first_while_a_file_is_sent(
    page: Page, place: Place, music: Path
) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    upload(page, music)
    listen = page.get_by_role("link", name="Listen")
    listen.wait_for()
    page.route(TUS, lambda route: route.abort())
    upload(page, music)
    states = page.locator(".uploads .state")
    expect(states.first).to_have_text("Waiting to be sent")
    beside = page.get_by_text("Links open in a new tab until all is sent.")
    expect(beside).to_be_visible()
    with page.context.expect_page() as opened:
        listen.click()
    opened.value.wait_for_url(re.compile(r"/\?play="))
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    page.unroute(TUS)
    expect(states).to_have_text(["Ready", "Ready"])
    expect(beside).to_have_count(0)
    asked_again: list[str] = []

    def note(dialog: Dialog) -> None:
        asked_again.append(dialog.type)
        dialog.accept()

    page.on("dialog", note)
    listen.first.click()
    page.wait_for_url(re.compile(r"/\?play="))
    assert asked_again == []


@pytest.mark.long_if("no connection", "busy")
@pytest.mark.parametrize("fault", ["restarting", "busy", "no connection"])
def test_what_was_begun_is_not_begun_anew_where_the_server_does_not_say_how_far_it_came(
    page: Page, place: Place, music: Path, fault: str
) -> None:
    def fail(route: Route) -> None:
        if fault == "no connection":
            route.abort()
        else:
            route.fulfill(status=503 if fault == "restarting" else 429, body="{}")

    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(TUS, lambda route: route.abort())
    with page.expect_response(UPLOADS) as made:
        upload(page, music)
    begun = made.value.json()["id"]
    expect(page.locator(".uploads .state")).to_have_text("Waiting to be sent")
    page.reload()
    page.route(f"**/v1/uploads/{begun}", fail)
    page.set_input_files("input[type=file]", music)
    expect(page.get_by_text("how far it came")).to_be_visible()
    expect(page.get_by_label("Title")).to_be_hidden()
    page.unroute_all(behavior="wait")
    with page.expect_request(f"**/v1/uploads/{begun}/tus"):
        page.get_by_role("button", name="Try again").press("Enter")
    expect(page.locator("input[type=file]")).to_be_focused()
    expect(page.locator(".uploads .state")).to_have_text("Ready")


def test_what_one_began_is_not_forgotten_where_another_has_the_file_in_the_same_browser(
    page: Page, place: Place, music: Path
) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(TUS, lambda route: route.abort())
    with page.expect_response(UPLOADS) as made:
        upload(page, music)
    begun = made.value.json()["id"]
    expect(page.locator(".uploads .state")).to_have_text("Waiting to be sent")
    page.unroute_all(behavior="wait")
    for name in ("Ann", "Bob"):
        page.goto("about:blank")
        sign_in(page, place.sign_in_link(name))
        page.goto("/upload")
        if name == "Ann":
            page.set_input_files("input[type=file]", music)
            expect(page.get_by_label("Title")).to_be_visible()
    with page.expect_request(f"**/v1/uploads/{begun}/tus"):
        page.set_input_files("input[type=file]", music)
    expect(page.locator(".uploads .state")).to_have_text("Ready")


def test_what_has_all_come_before_a_reload_is_not_begun_anew(
    page: Page, place: Place, music: Path
) -> None:
    sent: list[str] = []

    def lose(route: Route) -> None:
        if route.request.method == "PATCH":
            route.fetch()
            sent.append(route.request.url)
        if sent:
            route.abort()
        else:
            route.continue_()

    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(TUS, lose)
    with page.expect_event("requestfailed", lambda request: request.method == "PATCH"):
        upload(page, music)
    page.reload()
    page.unroute_all(behavior="wait")
    page.set_input_files("input[type=file]", music)
    expect(page.locator(".uploads .state")).to_have_text("Ready")
    expect(page.get_by_label("Title")).to_be_hidden()
    assert len(sent) == 1
    page.goto("/upload")
    page.set_input_files("input[type=file]", music)
    expect(page.get_by_label("Title")).to_be_visible()  # what is done may be done again


def test_a_draft_whose_answer_was_lost_is_made_once(page: Page, place: Place, music: Path) -> None:
    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.set_input_files("input[type=file]", music)
    page.get_by_label("Title").fill("Lost and found")
    menu = page.locator("select[name=artist]")
    menu.select_option("", force=True)  # it is not shown to who has no artist yet
    page.locator("input[name=artist-name]").fill("Мумий Тролль")
    for lost in (ARTISTS, UPLOADS):
        page.route(lost, lose)
        page.get_by_role("button", name="Upload").click()
        expect(page.get_by_role("alert")).to_contain_text("did not work")
        page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads .state")).to_have_text("Ready")
    page.goto("/mine")
    expect(page.get_by_role("link", name="Lost and found")).to_be_visible()
    expect(page.locator(".own-tracks").get_by_text("Lost and found", exact=True)).to_have_count(1)
    page.goto("/upload")
    expect(menu.locator("option", has_text="Мумий Тролль")).to_have_count(1)


def test_a_file_that_is_changed_meanwhile_is_said_to_be(
    page: Page, place: Place, music: Path, tmp_path: Path
) -> None:
    """A browser reads no more of it, and says of that what it says of a lost connection."""
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(TUS, lambda route: route.abort())
    file = Path(copyfile(music, tmp_path / "mix.wav"))
    upload(page, file)
    state = page.locator(".uploads .state")
    expect(state).to_have_text("Waiting to be sent")
    file.write_bytes(music.read_bytes() + bytes(4))
    page.unroute_all(behavior="wait")
    expect(state).to_contain_text("was changed")
    page.set_input_files("input[type=file]", file)
    expect(page.get_by_label("Title")).to_have_value("mix")


def test_why_a_file_is_not_taken_and_what_to_do_is_said_once(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    notes = b"Bring the microphone.\n" * 50
    page.set_input_files(
        "input[type=file]", {"name": "notes.wav", "mimeType": "audio/wav", "buffer": notes}
    )
    page.get_by_role("button", name="Upload").click()
    said = page.locator(".uploads .is-failed .state")
    expect(said).to_contain_text("not a sound file")
    assert said.inner_text().count("Upload WAV") == 1


def test_who_has_no_more_keys_today_uploads_all_the_same(
    page: Page, place: Place, music: Path
) -> None:
    """Programs of the same user may have taken them all: what is refused says to send none."""

    def refuse(route: Route) -> None:
        if "idempotency-key" in route.request.headers:
            refused = TooManyKeys(3600)
            route.fulfill(status=429, json={"code": refused.code, "detail": str(refused)})
        else:
            route.continue_()

    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(UPLOADS, refuse)
    upload(page, music)
    expect(page.locator(".uploads .state")).to_have_text("Ready")


@pytest.mark.long_if("too long")
@pytest.mark.parametrize(
    ("file", "title", "name"),
    [
        ("\N{MUSICAL SYMBOL G CLEF}" * 260 + ".wav", "\N{MUSICAL SYMBOL G CLEF}" * 200,
         "\N{MUSICAL SYMBOL G CLEF}" * 251 + ".wav"),
        ("\u202a01_So\u0301ng\x07\u202c.wav", "01 Sóng", "01_Sóng.wav"),
    ],
    ids=["too long", "not seen"],
)  # fmt: skip
def test_a_name_that_the_api_refuses_is_made_one_that_it_takes(
    page: Page, place: Place, file: str, title: str, name: str
) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.set_input_files(
        "input[type=file]", {"name": file, "mimeType": "audio/wav", "buffer": b"<!doctype html>"}
    )
    expect(page.get_by_label("Title")).to_have_value(title)
    with page.expect_response(UPLOADS) as made:
        page.get_by_role("button", name="Upload").click()
    assert made.value.status == 201
    assert made.value.json()["name"] == name
    expect(page.locator(".uploads .state")).to_contain_text("a web page")
