"""Uploads while they run, and files whose names are no names for the API."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from origin.companion.api.idempotency import TooManyKeys
from tests.acceptance.places import Place, complaints, page, place, sign_in, sign_in_beside
from tests.acceptance.uploading import TUS, UPLOADS, upload
from tests.functional.supervising import until

__all__ = ["complaints", "page", "place"]

EVENTS_MS = 2000
ONE_ASSET = re.compile(r"/v1/assets/(?!events)[\w-]+$")
ARTISTS = re.compile(r"/v1/artists$")


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


def lose(route: Route) -> None:
    """Let the server do it, and nobody hear of that."""
    route.fetch()
    route.abort()


def test_a_draft_whose_answer_was_lost_is_made_once_also_behind_a_reload(
    page: Page, place: Place, music: Path
) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/upload")
    page.route(UPLOADS, lose)
    upload(page, music)
    expect(page.get_by_role("alert")).to_contain_text("did not work")
    page.unroute_all(behavior="wait")
    page.reload()
    upload(page, music)
    expect(page.locator(".uploads .state")).to_have_text("Ready")
    page.goto("/mine")
    expect(page.get_by_role("link", name=music.stem, exact=True)).to_be_visible()
    expect(page.locator(".own-tracks").get_by_text(music.stem, exact=True)).to_have_count(1)


def test_a_draft_whose_answer_was_lost_is_made_once(page: Page, place: Place, music: Path) -> None:
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


def test_nothing_is_uploaded_for_somebody_else_who_signs_in_beside_it(
    page: Page, place: Place, music: Path
) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.set_input_files("input[type=file]", music)
    page.get_by_label("Title").fill("Of Bob alone")
    page.locator("select[name=artist]").select_option("", force=True)  # one that is made then
    page.locator("input[name=artist-name]").fill("Bob's band")
    sign_in_beside(page, place, "Ann")
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_contain_text("signed in as somebody else")
    assert "Bob's band" not in page.request.get("/v1/me/artists").text()
    sign_in_beside(page, place, "Bob")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads .state")).to_have_text("Ready")
    assert "Of Bob alone" in page.request.get("/v1/me/tracks").text()


def test_what_became_of_a_file_is_asked_until_the_server_says(
    page: Page, place: Place, music: Path
) -> None:
    """Nothing more happens to what is ready, so that no event would have it asked about again."""
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(ONE_ASSET, lambda route: route.fulfill(status=503, json={}))
    with page.expect_response(UPLOADS) as made:
        upload(page, music)
    asset = f"/v1/assets/{made.value.json()['asset_id']}"
    until(lambda: page.request.get(asset).json().get("state") == "ready")
    page.wait_for_timeout(EVENTS_MS)
    expect(page.locator(".uploads .state")).to_have_text("Received, waiting to be packaged")
    page.unroute_all(behavior="wait")
    expect(page.locator(".uploads .state")).to_have_text("Ready")


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
