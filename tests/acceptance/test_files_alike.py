"""Files of the same name, size and time, as stems are that were exported in one go."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.places import Place, complaints, page, place
from tests.acceptance.uploading import alike, begin, check_each_came, made

__all__ = ["complaints", "page", "place"]

pytestmark = pytest.mark.long


def stems(folder: Path, music: Path) -> list[Path]:
    """Write two that differ in what is heard alone."""
    sound = music.read_bytes()
    middle = len(sound) // 2
    other = sound[:middle] + bytes(len(sound) - middle)
    return alike(folder, (sound, other))


def test_each_goes_on_with_its_own_upload_after_a_reload(
    page: Page, place: Place, music: Path, tmp_path: Path
) -> None:
    files = stems(tmp_path, music)
    begun = [begin(page, place, files[0]), made(page, files[1])]
    page.goto("about:blank")
    page.unroute_all(behavior="wait")
    page.goto("/upload")
    states = page.locator(".uploads .state")
    for count, file in enumerate(files, 1):
        page.set_input_files("input[type=file]", file)
        expect(states).to_have_text(["Ready"] * count)
    check_each_came(page, begun, files)


def test_one_does_not_go_on_with_the_upload_of_another_that_cannot_be_sent(
    page: Page, place: Place, music: Path, tmp_path: Path
) -> None:
    files = stems(tmp_path, music)
    begun = begin(page, place, files[0])
    page.reload()
    assert made(page, files[1]) != begun
