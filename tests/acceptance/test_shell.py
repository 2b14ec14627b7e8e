"""The pages' service worker: the shell without a connection, nothing else kept, and new builds."""

import os
import re
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.hls_js import DIST
from tests.acceptance.listening import Track
from tests.acceptance.watching import open_page, wait_for_position
from tests.servers.soundbridge import serving

CONTROLLED = "() => navigator.serviceWorker.controller !== null"
KEPT = """async () => {
    const kept = [];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        kept.push(...(await cache.keys()).map(({url}) => new URL(url).pathname));
    }
    return kept;
}"""

AT_WORK = """async () => {
    const isAtWork = async () => {
        const own = await navigator.serviceWorker.getRegistration("./");
        return own?.scope === location.href && own.active?.state === "activated"
            && !own.installing && !own.waiting;
    };
    while (!(await isAtWork())) {
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}"""
"""Waits until this page's own worker has taken over, and no newer one is to come."""


def wait_for_worker(page: Page) -> None:
    page.wait_for_function(CONTROLLED)


def test_the_page_opens_without_a_connection_and_says_so(
    browser: Browser, store: Path, track: Track
) -> None:
    context = browser.new_context()
    page = context.new_page()
    with serving(store) as url:
        page.goto(f"{url}/?play={track.playback_id}")
        wait_for_worker(page)
    page.goto(f"{url}/?play=another")
    expect(page.get_by_role("status")).to_contain_text("does not answer")
    expect(page.get_by_role("link", name="soundbridge")).to_be_visible()
    context.close()


@pytest.mark.long
def test_neither_sound_nor_what_is_said_of_it_is_kept(page: Page, track: Track) -> None:
    open_page(page, f"/?play={track.playback_id}")
    wait_for_worker(page)
    page.reload()
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 0.5)
    kept = page.evaluate(KEPT)
    assert "/" in kept
    assert all(re.fullmatch(r"/|/assets/[\w.-]+", path) for path in kept), kept
    assert any("/assets/hls" in path for path in kept)


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A copy of the bundle, to be built anew."""
    folder = tmp_path / "dist"
    shutil.copytree(str(DIST), folder)
    return folder


@pytest.fixture
def built(build: Path) -> Iterator[str]:
    """Where that copy is served."""
    handler = partial(SimpleHTTPRequestHandler, directory=str(build))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.long
def test_programs_under_two_paths_of_a_host_leave_each_other_alone(
    browser: Browser, build: Path, built: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    shutil.copytree(build, build / "radio")  # whose path begins as the other's does
    for path in ("radio/", ""):
        page.goto(f"{built}{path}")
        page.evaluate(AT_WORK)
    for number in (1, 2, 3):
        build_anew(build, number)
        page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
        page.evaluate(AT_WORK)
    names = page.evaluate("() => caches.keys()")
    assert [name for name in names if name.startswith("soundbridge-shell /radio/ ")]
    own = [name for name in names if name.startswith("soundbridge-shell / ")]
    assert own == [f"soundbridge-shell / {number:016}" for number in (2, 3)]
    context.close()


def build_anew(build: Path, number: int) -> None:
    """Leave nothing under its old name."""
    (build / "sw.js").write_text(
        re.sub(r"[0-9a-f]{16}", f"{number:016}", (build / "sw.js").read_text())
    )
    for page in (build / "index.html", build / "sw.js"):
        page.write_text(re.sub(r"(assets/[\w.-]+?)(?=\.(?:js|css|svg))", r"\1x", page.read_text()))
        later_s = page.stat().st_mtime + 10 * number  # seconds are all that the server tells
        os.utime(page, (later_s, later_s))
    for asset in (build / "assets").iterdir():
        asset.rename(asset.with_name(f"{asset.stem}x{asset.suffix}"))


@pytest.mark.long
def test_a_new_build_takes_over_and_leaves_open_pages_what_they_need(
    browser: Browser, build: Path, built: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(built)
    wait_for_worker(page)
    (panel,) = (path.name for path in (build / "assets").glob("queue_panel-*.js"))
    for number in (1, 2):
        build_anew(build, number)
        page.evaluate("async () => { await (await navigator.serviceWorker.ready).update(); }")
        page.wait_for_function(
            "async name => (await caches.keys()).includes(name)",
            arg=f"soundbridge-shell / {number:016}",
        )
        page.wait_for_function("async () => (await caches.keys()).length === 2")
        if number == 1:
            status = page.evaluate("async url => (await fetch(url)).status", f"assets/{panel}")
            assert status == 200
    context.close()
