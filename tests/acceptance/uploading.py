"""A file that is uploaded on the page, and what the page asks for then."""

import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from tests.acceptance.places import Place, sign_in

TUS: Final = re.compile(r"/tus$")
UPLOADS: Final = re.compile(r"/v1/uploads$")


def upload(page: Page, file: Path) -> None:
    page.set_input_files("input[type=file]", file)
    page.get_by_label("Who finds it").select_option("private")
    page.get_by_role("button", name="Upload").click()


def begin(page: Page, place: Place, file: Path) -> str:
    """Have Bob begin an upload of which nothing comes through; return its id."""
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(TUS, lambda route: route.abort())
    with page.expect_response(UPLOADS) as made:
        upload(page, file)
    expect(page.locator(".uploads .state")).to_have_text("Waiting to be sent")
    return str(made.value.json()["id"])
