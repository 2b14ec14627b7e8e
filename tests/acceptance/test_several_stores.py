"""A server of several stores as a listener sees and hears it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.acceptance.listening import Track, clip, package
from tests.acceptance.watching import open_page, wait_for_position
from tests.servers.soundbridge import running, url_said


@dataclass(frozen=True)
class Tenants:
    """A server, and a track in each of its stores."""

    url: str
    first: Track
    second: Track


@pytest.fixture(scope="module")
def tenants(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenants]:
    folder = tmp_path_factory.mktemp("several")
    tracks = []
    for tenant, name in (("first", "knolls.ogg"), ("second", "battle-epic.ogg")):
        source = clip(name, folder / f"{tenant}.flac", 12, {"title": f"The {tenant} track"})
        tracks.append(package(source, folder / tenant))
    stores = f'store = ["{folder}/first", "{folder}/second"]\n'
    (folder / "settings.toml").write_text(stores)
    settings = {"SOUNDBRIDGE_CONFIG": str(folder / "settings.toml")}
    with running("serve", "--port", "0", environment=settings) as server:
        yield Tenants(url_said(server), *tracks)


@pytest.fixture
def shelf(browser: Browser, tenants: Tenants) -> Iterator[Page]:
    context = browser.new_context(base_url=tenants.url)
    page = context.new_page()
    yield page
    page.unroute_all(behavior="wait")  # what is under way would find no browser any more
    context.close()


@pytest.mark.long
def test_tracks_of_both_stores_are_on_one_shelf_and_play(shelf: Page, tenants: Tenants) -> None:
    open_page(shelf, f"/?play={tenants.first.playback_id}")
    expect(shelf.locator(".tracks a")).to_have_count(2)
    expect(shelf.locator(".missing")).to_be_hidden()
    shelf.get_by_role("button", name="Play").click()
    wait_for_position(shelf, 0.5)
    shelf.get_by_role("link", name="The second track").click()
    shelf.wait_for_selector(f"sound-player[data-playback-id='{tenants.second.playback_id}']")
    wait_for_position(shelf, 0.5)


@pytest.mark.long
@pytest.mark.parametrize("listed", [1, 0])
def test_a_shelf_that_is_not_whole_says_so(shelf: Page, listed: int) -> None:
    """What it says where a store does not answer is shown by the tests of the server."""

    def leave_out(route: Route) -> None:
        said = route.fetch().json()
        route.fulfill(json={"items": said["items"][:listed], "complete": False})

    shelf.route("**/v1/assets*", leave_out)
    shelf.goto("/")
    if listed:
        expect(shelf.locator(".missing")).to_contain_text("Some tracks are missing")
    else:
        expect(shelf.get_by_role("status")).to_contain_text("does not answer just now")
