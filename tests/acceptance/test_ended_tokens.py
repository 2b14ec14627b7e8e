"""The page plays on where its token has ended, for who may have another; covers need none."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.acceptance.creating import Creator, prepared
from tests.acceptance.listening import clip
from tests.acceptance.places import Place, sign_in, visiting
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
    yield from visiting(browser, place)


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


def test_who_pauses_before_another_token_is_here_hears_nothing(page: Page, place: Place) -> None:
    play_until_it_ended(page, place)
    held: list[Route] = []
    page.route("**/v1/playback-tokens", lambda route: held.append(route))  # noqa: PLW0108 Playwright
    page.locator("sound-player").evaluate(f"player => player.seek({NEAR_THE_END_S})")
    until(lambda: are_there(page, held, 1))
    page.locator("sound-player").evaluate("player => player.pause()")
    with page.expect_response("**/t/*/*.m3u8"):
        held[0].continue_()
    wait_for_state(page, "paused")
    page.locator("sound-player").evaluate("player => player.play()")
    wait_for_position(page, NEAR_THE_END_S + 2)


def still_preparing(route: Route) -> None:
    """Say of a track that more of it is to come, so that it is asked about again and again."""
    answer = route.fetch()
    if answer.ok:
        route.fulfill(response=answer, json={**answer.json(), "state": "preparing"})
    else:
        route.fulfill(response=answer)


def are_there(page: Page, seen: list[Any], many: int) -> bool:
    """Tell whether so many were seen, after a moment in which a page can tell."""
    page.wait_for_timeout(100)
    return len(seen) == many


def test_what_is_being_prepared_goes_on_though_its_end_was_noticed_elsewhere(
    page: Page, place: Place
) -> None:
    """Who follows it has another token by then, and the sound has its own still."""
    page.route("**/v1/playback-tokens", briefly)
    sign_in(page, place.sign_in_link("Ann"))
    page.route("**/t/*/*.json", still_preparing)
    given: list[str] = []
    page.on("response", lambda one: given.append(one.url) if "playback-tokens" in one.url else None)
    open_page(page, "/")
    expect(page.locator("sound-player[data-asset=preparing]")).to_be_visible()
    page.locator("sound-player").evaluate("player => player.play()")
    wait_for_position(page, 1)
    page.locator("sound-player").evaluate("player => player.pause()")
    until(lambda: are_there(page, given, 2))
    page.locator("sound-player").evaluate(f"player => player.seek({NEAR_THE_END_S})")
    page.locator("sound-player").evaluate("player => player.play()")
    wait_for_position(page, NEAR_THE_END_S + 2)
    expect(page.locator("sound-player .trouble")).to_be_hidden()
    assert page.evaluate("watched.troubles.filter(({fatal}) => fatal)") == []
    assert len(given) == 2


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
