"""Uploads while they run, and files whose names are no names for the API."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.acceptance.places import Place, complaints, page, place, sign_in

__all__ = ["complaints", "page", "place"]

TUS = re.compile(r"/tus$")


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
    with page.expect_response(re.compile(r"/v1/uploads$")) as made:
        page.get_by_role("button", name="Upload").click()
    assert made.value.status == 201
    assert made.value.json()["name"] == name
    expect(page.locator(".uploads .state")).to_contain_text("a web page")
