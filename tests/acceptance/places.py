"""A server with the API, public tracks of somebody, and a page that says what it has against it."""

import re
import shutil
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.acceptance.creating import Creator, found, prepared, stranger
from tests.functional.api.keeping import BOUND_S
from tests.functional.supervising import embedded, until
from tests.sources.made_once import made_once

WAIT_MS = 60_000
TITLES = ("Hoppípolla", "Sæglópur", "Glósóli")
GENRES = ("post-rock", "post-rock", "folk")


@dataclass
class Place:
    """A server with the API; what is public is by somebody with a key."""

    state: Path
    creator: Creator

    def sign_in_link(self, name: str) -> str:
        """Return what an operator hands over."""
        return prepared(self.state, "sign-in-link", name, "--public-url", self.creator.url)


@pytest.fixture(scope="module")
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, music: Path
) -> Iterator[Place]:
    """One of the module's own; where nothing is packaged, it says ``PACKAGES = False``."""
    settled = made_once(tmp_path_factory, "settled", partial(settle, music=music))
    folder = tmp_path_factory.mktemp("pages")
    state = shutil.copytree(settled / "state", folder / "state")
    options = [] if getattr(request.module, "PACKAGES", True) else ["--no-packager"]
    with embedded(state, folder / "log", *options) as server:
        yield Place(state, Creator(server.url, (settled / "key").read_text()))


def settle(folder: Path, music: Path) -> None:
    """Let a server have its users, and what is public of them."""
    state = folder / "state"
    with embedded(state, folder / "log") as server:
        prepared(state, "user", "add", "Ann", "--role", "creator")
        prepared(state, "user", "add", "Bob", "--role", "creator")
        ann = Creator(server.url, prepared(state, "key", "add", "Ann"))
        artist = ann.ask("POST", "/v1/artists", {"name": "Sigur Rós", "handle": "sigur-ros"})
        for title in TITLES:
            track = {"artist_id": artist["id"], "title": title, "visibility": "public"}
            upload = ann.ask("POST", "/v1/uploads", {"name": "song.wav", "track": track})
            ann.ask("PUT", upload["send"]["put"], content=music.read_bytes())
            ann.becomes_ready(upload["asset_id"])
        until_listed(ann, TITLES)  # what its jobs do once a track is ready is done, too
        (folder / "key").write_text(ann.key)
        server.stop()


@pytest.fixture(scope="module")
def sorted_place(place: Place) -> Place:
    """The same with genres, which searches know."""
    for track in stranger(place.creator, "/v1/tracks")["items"]:
        genre = GENRES[TITLES.index(track["title"])]
        place.creator.ask("PATCH", f"/v1/tracks/{track['id']}", {"genre": genre})
    until(lambda: found(place.creator, "glosoli")["genre"] == "folk")
    return place


@pytest.fixture
def complaints() -> list[str]:
    """What the browser has to say against the page."""
    return []


@pytest.fixture
def page(browser: Browser, place: Place, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(base_url=place.creator.url, locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()

    def note(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.unroute_all(behavior="wait")
    context.close()


def visiting(browser: Browser, place: Place) -> Iterator[Page]:
    """Give a fixture a page of a browser's own, of which nothing is held against it."""
    context = browser.new_context(base_url=place.creator.url)
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def until_listed(creator: Creator, titles: Iterable[str]) -> None:
    """Wait until each process of the server lists tracks of these titles."""

    def are_listed() -> bool:
        listed = {track["title"] for track in stranger(creator, "/v1/tracks")["items"]}
        return listed.issuperset(titles)

    until(are_listed)
    time.sleep(BOUND_S)  # by which one may have heard of it later than another


def sign_in(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/$"))


def sign_in_beside(page: Page, place: Place, name: str) -> None:
    """Sign in as somebody else in another tab, of which this one is not told."""
    tab = page.context.new_page()
    sign_in(tab, place.sign_in_link(name))
    tab.close()
