"""What the browser's tests share: two tracks on a shelf, an origin, and a browser.

Chromium is opened once a module: no other module may find its event loop running.
"""

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.listening import CHAPTERS, Track, clip, package
from tests.acceptance.watching import ARTIST, TITLE
from tests.players.chromium import chromium
from tests.servers.soundbridge import serving
from tests.sources.made_once import made_once

TIMEOUT_MS: Final = 30_000

expect.set_options(timeout=TIMEOUT_MS)  # five seconds else, which a busy machine may well need


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for each of two tracks: its store, and what was said of it."""
    return made_once(tmp_path_factory, "shelf", make_shelf)


def make_shelf(folder: Path) -> None:
    tags = {"title": TITLE, "artist": ARTIST, **CHAPTERS}
    clips = {  # one after the other, so that the last one is the newest
        "other": partial(clip, "knolls.ogg", duration_s=12, tags={"title": "Knolls"}),
        "track": partial(clip, "battle-epic.ogg", duration_s=40, tags=tags),
    }
    for name, cut in clips.items():
        (folder / name).mkdir()
        packaged = package(cut(target=folder / name / "clip.flac"), folder / name / "store")
        (folder / name / "track.json").write_text(json.dumps(asdict(packaged)))


def put(packaged: Path, store: Path) -> Track:
    """Put a track of the shelf into a store."""
    shutil.copytree(packaged / "store", store, dirs_exist_ok=True)
    return Track(**json.loads((packaged / "track.json").read_text()))


@pytest.fixture(scope="module")
def other(store: Path, shelf: Path) -> Track:
    return put(shelf / "other", store)


@pytest.fixture(scope="module")
def track(other: Track, store: Path, shelf: Path) -> Track:
    del other  # beside it
    return put(shelf / "track", store)


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
