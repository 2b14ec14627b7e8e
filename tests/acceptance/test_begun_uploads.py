"""Uploads that were begun: the same file, chosen again, goes on where it was."""

from http import HTTPStatus
from pathlib import Path
from shutil import copyfile
from typing import Final

import pytest
from playwright.sync_api import Page, Route, expect

from tests.acceptance.places import Place, complaints, page, place, sign_in, sign_in_beside
from tests.acceptance.uploading import TUS, alike, begin, check_each_came, made, upload
from tests.functional.supervising import until

__all__ = ["complaints", "page", "place"]

ELSEWHERE_BYTE: Final = 10_000


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

    begun = begin(page, place, music)
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
    begun = begin(page, place, music)
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


@pytest.mark.parametrize("chosen", ["before", "meanwhile"])
def test_what_one_began_is_not_forgotten_where_another_signs_in_beside_it(
    page: Page, place: Place, music: Path, chosen: str
) -> None:
    begun = begin(page, place, music)
    if chosen == "meanwhile":
        page.reload()
        page.get_by_text("Signed in as Bob").wait_for()
    sign_in_beside(page, place, "Ann")
    page.unroute_all(behavior="wait")
    if chosen == "meanwhile":
        page.set_input_files("input[type=file]", music)
        expect(page.get_by_label("Title")).to_be_visible()
    else:
        expect(page.locator(".uploads .state")).to_contain_text("signed in as somebody else")
    sign_in_beside(page, place, "Bob")
    page.reload()
    with page.expect_request(f"**/v1/uploads/{begun}/tus"):
        page.set_input_files("input[type=file]", music)
    expect(page.locator(".uploads .state")).to_have_text("Ready")


def test_a_file_that_is_like_one_that_is_being_sent_is_another(
    page: Page, place: Place, music: Path, tmp_path: Path
) -> None:
    """Also where they are alike in all places by which files are told apart."""
    sound = music.read_bytes()
    almost = sound[:ELSEWHERE_BYTE] + b"ab" + sound[ELSEWHERE_BYTE + 2 :]
    files = alike(tmp_path, (sound, almost))
    begun = begin(page, place, files[0])
    other = made(page, files[1])
    assert other != begun
    page.unroute_all(behavior="wait")
    states = page.locator(".uploads .state")
    expect(states).to_have_text(["Ready", "Ready"])
    check_each_came(page, (begun, other), files)


def test_what_ends_leaves_one_remembered_that_is_like_it(
    page: Page, place: Place, music: Path
) -> None:
    begin(page, place, music)
    other = made(page, music)
    expect(page.locator(".uploads .state")).to_have_count(2)
    page.get_by_role("button", name="Cancel").last.click()
    expect(page.locator(".uploads .state")).to_have_count(1)
    page.unroute_all(behavior="wait")
    page.goto("/upload")
    with page.expect_request(f"**/v1/uploads/{other}/tus"):
        page.set_input_files("input[type=file]", music)
    expect(page.locator(".uploads .state")).to_have_text("Ready")


def test_why_what_was_begun_cannot_go_on_is_said_in_words(
    page: Page, place: Place, music: Path
) -> None:
    """The answer to HEAD has no words of its own (RFC 9110 §9.3.2)."""
    begun = begin(page, place, music)
    beside = page.context.new_page()
    beside.on("dialog", lambda dialog: dialog.accept())
    beside.goto(f"{place.creator.url}/mine")
    beside.get_by_role("button", name=f"Delete {music.stem}").first.click()
    expect(beside.get_by_text("was deleted.")).to_be_visible()
    page.unroute_all(behavior="wait")
    state = page.locator(".uploads .state")
    expect(state).to_contain_text("Choose the file again")
    assert made(page, music) != begun
    expect(state.first).to_have_text("Ready")


def test_what_is_cancelled_without_a_connection_goes_once_it_is_back(
    page: Page, place: Place, music: Path
) -> None:
    upload_path = f"/v1/uploads/{begin(page, place, music)}"
    track_path = f"/v1/tracks/{page.request.get(upload_path).json()['track_id']}"
    page.context.set_offline(True)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".uploads > li")).to_have_count(0)
    page.context.set_offline(False)
    for path in (upload_path, track_path):
        until(lambda path=path: page.request.get(path).status == HTTPStatus.NOT_FOUND)  # type: ignore[misc]


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


def test_a_file_that_is_changed_meanwhile_is_said_to_be(
    page: Page, place: Place, music: Path, tmp_path: Path
) -> None:
    """A browser reads no more of it, and says of that what it says of a lost connection."""
    file = Path(copyfile(music, tmp_path / "mix.wav"))
    begin(page, place, file)
    file.write_bytes(music.read_bytes() + bytes(4))
    page.unroute_all(behavior="wait")
    expect(page.locator(".uploads .state")).to_contain_text("was changed")
    page.set_input_files("input[type=file]", file)
    expect(page.get_by_label("Title")).to_have_value("mix")
