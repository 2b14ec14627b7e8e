"""A file that is uploaded on the page, and what the page asks for then."""

import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from tests.acceptance.places import Place, sign_in

TUS: Final = re.compile(r"/tus$")
UPLOADS: Final = re.compile(r"/v1/uploads$")
_EXPORTED_S: Final = 1_700_000_000


def upload(page: Page, file: Path) -> None:
    page.set_input_files("input[type=file]", file)
    page.get_by_label("Who finds it").select_option("private")
    page.get_by_role("button", name="Upload").click()


def begin(page: Page, place: Place, file: Path) -> str:
    """Have Bob begin an upload of which nothing comes through; return its id."""
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(TUS, lambda route: route.abort())
    begun = made(page, file)
    expect(page.locator(".uploads .state")).to_have_text("Waiting to be sent")
    return begun


def made(page: Page, file: Path) -> str:
    """Upload a file of which nobody has begun an upload; return the new one's id."""
    with page.expect_response(UPLOADS) as answer:
        upload(page, file)
    return str(answer.value.json()["id"])


def alike(folder: Path, contents: Sequence[bytes]) -> list[Path]:
    """Write files of the same name and time, as stems have that were exported in one go."""
    files = [folder / str(number) / "01.wav" for number in range(len(contents))]
    for file, content in zip(files, contents, strict=True):
        file.parent.mkdir()
        file.write_bytes(content)
        os.utime(file, (_EXPORTED_S, _EXPORTED_S))
    return files


def check_each_came(page: Page, begun: Sequence[str], files: Sequence[Path]) -> None:
    """Hold that of each of these uploads the bytes of its own file came."""
    digests = [page.request.get(f"/v1/uploads/{each}").json()["sha256"] for each in begun]
    assert digests == [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
