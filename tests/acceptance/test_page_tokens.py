"""The page of a server that requires playback tokens: owners play there, and nobody else does."""

import re
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.creating import Creator
from tests.acceptance.places import Place, settle, sign_in, visiting
from tests.acceptance.watching import open_page, wait_for_position
from tests.functional.supervising import embedded
from tests.servers.soundbridge import soundbridge_here
from tests.sources.made_once import made_once

pytestmark = pytest.mark.long

REFUSAL = "This plays for its owner, and by links that its publisher gives out."
SOUND = re.compile(r"/(?:media/.*|[\w-]+)\.(?:m4s|mp4|m3u8|dat)$")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, music: Path) -> Iterator[Place]:
    settled = made_once(tmp_path_factory, "settled", partial(settle, music=music))
    folder = tmp_path_factory.mktemp("guarded_page")
    state = shutil.copytree(settled / "state", folder / "state")
    key = folder / "signing.pem"
    assert soundbridge_here("token", "new-key", key).returncode == 0
    options = ("--signing-key", str(key), "--require-tokens", "--no-packager")
    with embedded(state, folder / "log", *options) as server:
        yield Place(state, Creator(server.url, (settled / "key").read_text()))


@pytest.fixture
def page(browser: Browser, place: Place) -> Iterator[Page]:
    yield from visiting(browser, place)


def test_an_owner_plays_under_a_token_of_their_own(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    given: list[str] = []
    page.on("response", lambda one: given.append(one.url) if one.status == 200 else None)
    open_page(page, "/")
    page.get_by_role("button", name="Play", exact=True).click()
    wait_for_position(page, 1)
    sound = [url for url in given if SOUND.search(url)]
    assert len(sound) > 3
    assert all(f"{place.creator.url}/t/" in url for url in sound)


@pytest.mark.parametrize("who", ["nobody", "Bob"])
def test_others_are_told_that_they_may_not(page: Page, place: Place, who: str) -> None:
    if who != "nobody":
        sign_in(page, place.sign_in_link(who))
    page.goto("/")
    expect(page.locator(".notice").first).to_contain_text(REFUSAL)
    page.reload()
    expect(page.locator("sound-player")).to_be_hidden()
