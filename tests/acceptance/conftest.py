"""What the browser's tests share: two tracks on a shelf, an origin, and a browser.

Chromium is opened once a module: no other module may find its event loop running.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.listening import CHAPTERS, Track, clip, package
from tests.acceptance.watching import ARTIST, TITLE
from tests.players.chromium import chromium
from tests.servers.soundbridge import serving

TIMEOUT_MS: Final = 30_000

expect.set_options(timeout=TIMEOUT_MS)  # five seconds else, which a busy machine may well need


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def other(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Track:
    target = tmp_path_factory.mktemp("music") / "other.flac"
    return package(clip("knolls.ogg", target, 12, {"title": "Knolls"}), store)


@pytest.fixture(scope="module")
def track(other: Track, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Track:
    del other  # published before, so that this one is the newest
    target = tmp_path_factory.mktemp("music") / "track.flac"
    tags = {"title": TITLE, "artist": ARTIST, **CHAPTERS}
    return package(clip("battle-epic.ogg", target, 40, tags), store)


@pytest.fixture(scope="module")
def origin(track: Track, store: Path) -> Iterator[str]:
    del track
    with serving(store) as url:
        yield url


@pytest.fixture
def page(browser: Browser, origin: str) -> Iterator[Page]:
    context = browser.new_context(base_url=origin)
    context.set_default_timeout(TIMEOUT_MS)
    page = context.new_page()
    yield page
    page.unroute_all(behavior="wait")  # what is under way would find no browser any more
    context.close()
