"""Files of the same name, size and time, as stems are that were exported in one go."""

import hashlib
import os
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.places import Place, complaints, page, place
from tests.acceptance.uploading import UPLOADS, begin, upload

__all__ = ["complaints", "page", "place"]

pytestmark = pytest.mark.long

EXPORTED_S: Final = 1_700_000_000


def stems(folder: Path, music: Path) -> list[Path]:
    """Write two that differ in what is heard alone."""
    sound = music.read_bytes()
    middle = len(sound) // 2
    other = sound[:middle] + bytes(len(sound) - middle)
    files = [folder / name / "01.wav" for name in ("left", "right")]
    for file, content in zip(files, (sound, other), strict=True):
        file.parent.mkdir()
        file.write_bytes(content)
        os.utime(file, (EXPORTED_S, EXPORTED_S))
    return files


def test_each_goes_on_with_its_own_upload_after_a_reload(
    page: Page, place: Place, music: Path, tmp_path: Path
) -> None:
    files = stems(tmp_path, music)
    begun = [begin(page, place, files[0])]
    with page.expect_response(UPLOADS) as made:
        upload(page, files[1])
    begun.append(made.value.json()["id"])
    page.goto("about:blank")
    page.unroute_all(behavior="wait")
    page.goto("/upload")
    states = page.locator(".uploads .state")
    for count, file in enumerate(files, 1):
        page.set_input_files("input[type=file]", file)
        expect(states).to_have_text(["Ready"] * count)
    digests = [page.request.get(f"/v1/uploads/{each}").json()["sha256"] for each in begun]
    assert digests == [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


def test_one_does_not_go_on_with_the_upload_of_another_that_cannot_be_sent(
    page: Page, place: Place, music: Path, tmp_path: Path
) -> None:
    files = stems(tmp_path, music)
    begun = begin(page, place, files[0])
    page.reload()
    with page.expect_response(UPLOADS) as made:
        upload(page, files[1])
    assert made.value.json()["id"] != begun
