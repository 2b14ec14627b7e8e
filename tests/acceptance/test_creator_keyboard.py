"""What creators do without a pointer: whatever goes away under the keyboard, it goes on nearby."""

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Dialog, FileChooser, Page, Route, expect

from tests.acceptance.places import Place, complaints, page, place, sign_in
from tests.acceptance.uploading import UPLOADS, begin
from tests.functional.supervising import until

__all__ = ["complaints", "page", "place"]

PICKER: Final = "input[type=file]"
TUS: Final = "**/tus"


def choose(page: Page, file: Path) -> None:
    """Choose a file as the keyboard does, once it has come to the picker."""
    expect(page.locator(PICKER)).to_be_focused()
    page.set_input_files(PICKER, file)


def open_at_picker(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.locator(PICKER).wait_for(state="attached")
    while page.evaluate("document.activeElement.type") != "file":
        page.keyboard.press("Tab")


@pytest.mark.long
def test_a_track_is_uploaded_and_deleted_by_the_keyboard_alone(
    page: Page, place: Place, music: Path
) -> None:
    opened: list[FileChooser] = []

    def note(chooser: FileChooser) -> None:
        opened.append(chooser)

    page.on("filechooser", note)  # well before: the browser is told so in its own time
    open_at_picker(page, place)
    page.keyboard.press("Enter")
    until(lambda: bool(page.evaluate("1") and opened))
    for title in ("First by keys", "Second by keys"):
        choose(page, music)
        expect(page.get_by_label("Title")).to_be_focused()
        page.keyboard.type(title)
        page.keyboard.press("Enter")
        expect(page.locator(PICKER)).to_be_focused()
        expect(page.locator(".uploads .state").first).to_have_text("Ready")
    page.goto("/mine")
    page.get_by_role("button", name="Delete Second by keys").focus()
    page.on("dialog", Dialog.accept)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Second by keys")).to_have_count(0)
    expect(page.get_by_role("button", name="Plays per day First by keys")).to_be_focused()
    expect(page.get_by_role("status")).to_have_text("“Second by keys” was deleted. ")
    page.get_by_role("button", name="Delete First by keys").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="First by keys")).to_have_count(0)
    expect(page.locator("main :focus")).to_have_count(1)


def test_what_is_left_out_or_cancelled_leaves_the_keyboard_at_the_picker(
    page: Page, place: Place, music: Path
) -> None:
    open_at_picker(page, place)
    choose(page, music)
    page.get_by_role("button", name="Leave it out").focus()
    page.keyboard.press("Enter")
    expect(page.locator(PICKER)).to_be_focused()
    page.route(TUS, lambda route: route.abort())
    choose(page, music)
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.press("Enter")
    cancel = page.get_by_role("button", name="Cancel")
    cancel.focus()
    page.unroute(TUS)
    page.keyboard.press("Enter")
    expect(page.locator(".uploads li")).to_have_count(0)
    expect(page.locator(PICKER)).to_be_focused()


def test_who_goes_elsewhere_before_a_file_is_asked_about_is_left_there(
    page: Page, place: Place, music: Path
) -> None:
    begun = begin(page, place, music)
    page.reload()
    slow: list[Route] = []
    page.route(f"**/v1/uploads/{begun}", lambda route: slow.append(route))  # noqa: PLW0108 the browser asks for its name
    with page.expect_request(f"**/v1/uploads/{begun}"):
        page.set_input_files(PICKER, music)
    elsewhere = page.get_by_role("button", name="Sign out")
    elsewhere.focus()
    until(lambda: bool(page.evaluate("1") and slow))
    slow[0].fulfill(status=404, json={})
    expect(page.get_by_label("Title")).to_be_visible()
    expect(elsewhere).to_be_focused()


def test_who_goes_elsewhere_while_a_draft_is_slow_is_left_there_also_where_a_file_waits(
    page: Page, place: Place, music: Path
) -> None:
    open_at_picker(page, place)
    slow: list[Route] = []
    page.route(UPLOADS, lambda route: slow.append(route))  # noqa: PLW0108 the browser asks for its name
    page.set_input_files(PICKER, [music, music])
    title = page.get_by_label("Title")
    expect(title).to_be_focused()  # it is asked for
    with page.expect_request(UPLOADS):
        title.press("Enter")
    elsewhere = page.get_by_role("button", name="Sign out")
    elsewhere.focus()
    until(lambda: bool(page.evaluate("1") and slow))
    slow[0].continue_()
    expect(page.locator(".uploads > li")).to_have_count(1)
    expect(page.get_by_role("button", name="Leave it out")).to_be_enabled()
    expect(elsewhere).to_be_focused()


def test_the_picker_says_what_it_is_for_also_once_a_file_is_chosen(
    page: Page, place: Place, music: Path
) -> None:
    """Labels describe a purpose (WCAG 2.2, 2.4.6)."""
    open_at_picker(page, place)
    idle = "Drop sound files here, or choose some"
    expect(page.locator(PICKER)).to_have_accessible_name(idle)
    choose(page, music)
    chosen = f"{music.name} Drop or choose more"
    expect(page.locator(PICKER)).to_have_accessible_name(chosen)
    page.get_by_role("button", name="Leave it out").click()
    expect(page.locator(PICKER)).to_have_accessible_name(idle)


@pytest.mark.parametrize("end", ["received", "refused"])
def test_what_can_no_more_be_cancelled_keeps_the_keyboard(
    page: Page, place: Place, music: Path, end: str
) -> None:
    begin(page, place, music)
    page.get_by_role("button", name="Cancel").focus()
    if end == "refused":
        page.route(TUS, lambda route: route.fulfill(status=413, json={"detail": "Too large."}))
    else:
        page.unroute_all(behavior="wait")
    row = page.locator(".uploads > li")
    expect(row.locator(".state")).to_have_text("Ready" if end == "received" else "Too large.")
    expect(row).to_be_focused()
    if end == "received":
        page.keyboard.press("Tab")
        expect(row.get_by_role("link", name="Listen")).to_be_focused()


def test_a_draft_that_is_refused_has_the_keyboard_where_it_was(
    page: Page, place: Place, music: Path
) -> None:
    open_at_picker(page, place)
    page.route("**/v1/uploads", lambda route: route.fulfill(status=503, json={"detail": "Later."}))
    choose(page, music)
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("Later.")
    expect(page.get_by_label("Title")).to_be_focused()
