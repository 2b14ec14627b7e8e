"""Signing in in a browser: the page, its policy, the link and the cookie, all of them together."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.players.chromium import chromium
from tests.servers.soundbridge import running, soundbridge_here, url_said


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("state")
    soundbridge_here("admin", "user", "add", "Ann", "--role", "creator", "--state", folder)
    return folder


@pytest.fixture(scope="module")
def server(state: Path) -> Iterator[str]:
    with running("serve", "--state", state, "--port", "0", "--no-packager") as process:
        yield url_said(process)


def link(state: Path, server: str) -> str:
    made = soundbridge_here(
        "admin", "sign-in-link", "Ann", "--state", state, "--public-url", server
    )
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


def test_a_link_signs_a_browser_in_once(browser: Browser, state: Path, server: str) -> None:
    url = link(state, server)
    page = browser.new_page()
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    assert "#" not in page.url
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server}/")
    me = "async () => (await (await fetch('/v1/me')).json()).name"
    assert page.evaluate(me) == "Ann"
    assert page.evaluate("document.cookie") == ""
    change = """async () => (await fetch('/v1/me', {method: 'PATCH', body: '{"name": "Ann"}',
        headers: {'Content-Type': 'application/json'}})).status"""
    assert page.evaluate(change) == 200
    token = url.partition("#")[2]
    assert not any(token in each.partition("#")[0] for each in asked)
    assert not [each for each in complaints if "Content Security Policy" in each]
    again = browser.new_page()
    again.goto(url)
    again.get_by_role("button", name="Sign in").click()
    expect(again.get_by_role("status")).to_contain_text("used already")
    expect(again.get_by_role("button")).to_be_hidden()
    again.reload()
    expect(again.get_by_role("status")).to_contain_text("Open the link")


@pytest.mark.parametrize("fault", ["busy", "no connection"])
def test_a_link_is_kept_until_the_server_has_answered_of_it(
    browser: Browser, state: Path, server: str, fault: str
) -> None:
    def fail(route: Route) -> None:
        if fault == "busy":
            route.fulfill(status=503, json={"detail": "The database does not answer."})
        else:
            route.abort()

    page = browser.new_page()
    page.goto(link(state, server))
    page.route("**/v1/me/session", fail)
    for _ in range(2):
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("status")).to_contain_text("Your link is kept")
        page.get_by_role("button", name="Try again").wait_for()
        page.reload()
    page.get_by_role("button", name="Sign in").click()
    again = page.get_by_role("button", name="Try again")
    expect(again).to_be_focused()
    page.unroute_all(behavior="wait")
    again.click()
    page.wait_for_url(f"{server}/")


def test_behind_a_path_it_is_all_found_there(browser: Browser, state: Path, server: str) -> None:
    def through(route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.path.startswith("/music/"):
            behind = url._replace(path=url.path.removeprefix("/music"))
            route.fulfill(response=route.fetch(url=behind.geturl()))
        else:
            route.fulfill(status=404)

    page = browser.new_page()
    page.route("**/*", through)
    page.goto(link(state, f"{server}/music/"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server}/music/")
    assert page.evaluate("async () => (await fetch('v1/me')).status") == 200
    page.unroute_all(behavior="ignoreErrors")


def test_a_page_of_another_site_changes_nothing(browser: Browser, state: Path, server: str) -> None:
    page = browser.new_page()
    page.goto(link(state, server))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{server}/")
    elsewhere = server.replace("127.0.0.1", "localhost")
    page.goto(f"{elsewhere}/sign-in")
    attack = """async url => {
        try {
            return (await fetch(url + '/v1/me/session',
                                {method: 'DELETE', credentials: 'include'})).status;
        } catch { return 'refused'; }
    }"""
    assert page.evaluate(attack, server) in {"refused", 401, 403}
    page.goto(f"{server}/sign-in")
    assert page.evaluate("async () => (await fetch('/v1/me')).status") == 200


def test_a_page_without_a_link_says_so(browser: Browser, server: str) -> None:
    page = browser.new_page()
    page.goto(f"{server}/sign-in")
    expect(page.get_by_role("status")).to_contain_text("Open the link")
    expect(page.get_by_role("button")).to_have_count(0)
