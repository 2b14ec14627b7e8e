"""The page plays on where its token has ended, for who may have another; covers need none."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.acceptance.creating import Creator, prepared
from tests.acceptance.listening import clip
from tests.acceptance.places import WAIT_MS, Place, sign_in
from tests.acceptance.watching import open_page, wait_for_position, wait_for_state
from tests.functional.supervising import embedded, until
from tests.servers.soundbridge import soundbridge_here

pytestmark = pytest.mark.long

LIFE_S = 30
"""The least that there is."""
DURATION_S = 70
NEAR_THE_END_S = 55


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("ended")
    state, key = folder / "state", folder / "signing.pem"
    assert soundbridge_here("token", "new-key", key).returncode == 0
    options = ("--signing-key", str(key), "--require-tokens")
    with embedded(state, folder / "log", *options) as server:
        prepared(state, "user", "add", "Ann", "--role", "creator")
        ann = Creator(server.url, prepared(state, "key", "add", "Ann"))
        artist = ann.ask("POST", "/v1/artists", {"name": "Ann", "handle": "ann"})
        track = {"artist_id": artist["id"], "title": "Song", "visibility": "public"}
        upload = ann.ask("POST", "/v1/uploads", {"name": "song.flac", "track": track})
        song = clip("battle-epic.ogg", folder / "song.flac", DURATION_S, {})
        ann.ask("PUT", upload["send"]["put"], content=song.read_bytes())
        ann.becomes_ready(upload["asset_id"])
        yield Place(state, ann)


@pytest.fixture
def page(browser: Browser, place: Place) -> Iterator[Page]:
    context = browser.new_context(base_url=place.creator.url)
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def briefly(route: Route, request: Request) -> None:
    """Ask for a token that ends soon."""
    said = json.loads(request.post_data or "")
    route.continue_(post_data=json.dumps({**said, "valid_for_s": LIFE_S}))


def play_until_it_ended(page: Page, place: Place) -> None:
    """Sign in, and play until the token opens nothing any more."""
    page.route("**/v1/playback-tokens", briefly)
    sign_in(page, place.sign_in_link("Ann"))
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith(".m3u8") else None)
    open_page(page, "/")
    until(lambda: all(page.request.get(url).status == 401 for url in set(asked)))
    assert any("/t/" in url for url in asked)
    page.unroute("**/v1/playback-tokens")
    page.locator("sound-player").evaluate("player => player.play()")
    wait_for_state(page, "playing")


def test_what_plays_goes_on_under_another_token(page: Page, place: Place) -> None:
    play_until_it_ended(page, place)
    page.locator("sound-player").evaluate(f"player => player.seek({NEAR_THE_END_S})")
    wait_for_position(page, NEAR_THE_END_S + 2)
    expect(page.locator("sound-player .trouble")).to_be_hidden()
    assert page.evaluate("watched.troubles.filter(({fatal}) => fatal)") == []


def test_who_may_have_no_other_is_told_once_and_plays_on_when_they_may(
    page: Page, place: Place
) -> None:
    play_until_it_ended(page, place)
    mine = page.context.cookies()
    page.context.clear_cookies()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url) if "playback-tokens" in one.url else None)
    page.locator("sound-player").evaluate(f"player => player.seek({NEAR_THE_END_S})")
    expect(page.locator("sound-player .trouble")).to_be_visible()
    assert len(asked) == 1
    page.context.add_cookies([{**each} for each in mine])  # type: ignore[typeddict-item]
    page.get_by_role("button", name="Try again").click()
    wait_for_position(page, NEAR_THE_END_S + 2)
    assert len(asked) == 2


def test_who_may_play_nothing_sees_the_covers_that_lists_show(page: Page) -> None:
    page.goto("/")
    page.wait_for_function(
        "() => [...document.querySelectorAll('.thumbnail img')].some(one => one.naturalWidth > 0)"
    )
