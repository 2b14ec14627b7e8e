"""hls.js in Chromium plays through an edge, and a worker that dies takes no sound with it."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, Request

from cdn.edge.plan import Address, Edge
from tests.acceptance.conftest import put
from tests.acceptance.listening import Track
from tests.acceptance.watching import RATE, longest_pause_s, open_page, wait_for_position, watched
from tests.functional.edges.kinds import FETCHING_WHOLE, KINDS
from tests.functional.supervising import supervised
from tests.servers.dying_worker import Doom, dying_worker
from tests.servers.edges.running import RunningEdge

TIMEOUT_MS: Final = 60_000
SEGMENT: Final = re.compile(r"/(\w+)/(\d+)\.m4s$")
HEARD_S: Final = 15
"""Until the sound of the third segment, in which the worker dies, has been heard a while."""
PAUSE_S: Final = 0.5
"""For how long a busy machine may let the sound stand still."""


@dataclass
class Site:
    """Two servers, each behind a relay in which a worker of it can die, and an edge before them."""

    kind: str
    edge: RunningEdge
    track: Track
    doom: Doom


@pytest.fixture(params=KINDS)
def site(request: pytest.FixtureRequest, shelf: Path, tmp_path: Path) -> Iterator[Site]:
    track = put(shelf / "track", tmp_path / "store")
    doom = Doom(lambda target: target.endswith("/00002.m4s"), after_bytes=50_000)
    with ExitStack() as running:
        origins = [
            running.enter_context(
                supervised(tmp_path / "store", tmp_path / f"{name}.log", "--workers", "1")
            )
            for name in ("one", "two")
        ]
        ports = [running.enter_context(dying_worker(each, doom)) for each in origins]
        plan = Edge(host="localhost", origins=[Address("127.0.0.1", port) for port in ports])
        edge = running.enter_context(KINDS[request.param](plan, tmp_path / "edge"))
        yield Site(request.param, edge, track, doom)


@pytest.fixture
def listener(browser: Browser, site: Site) -> Iterator[Page]:
    context = browser.new_context(base_url=site.edge.url)
    context.set_default_timeout(TIMEOUT_MS)
    yield context.new_page()
    context.close()


@pytest.mark.long_if("varnish", "caddy")
def test_a_worker_that_dies_in_a_segment_is_not_heard(site: Site, listener: Page) -> None:
    came: list[str] = []
    failed: list[str] = []

    def note(request: Request, where: list[str]) -> None:
        if found := SEGMENT.search(request.url):
            where.append(found[0])

    listener.on("requestfinished", lambda request: note(request, came))
    listener.on("requestfailed", lambda request: note(request, failed))
    open_page(listener, f"/?play={site.track.playback_id}")
    listener.get_by_role("button", name="Play").click()
    listener.evaluate(f"document.querySelector('audio').playbackRate = {RATE}")
    wait_for_position(listener, HEARD_S)
    (last,) = site.doom.happened
    is_noticed = site.kind not in FETCHING_WHOLE
    assert any(last.endswith(each) for each in failed) is is_noticed
    assert [each for each in came if last.endswith(each)], "of the same rung"
    seen = watched(listener)
    assert seen["starved"] == 0
    troubles = {(each["details"], each["fatal"]) for each in seen["troubles"]}
    assert troubles == ({("fragLoadError", False)} if is_noticed else set())
    assert longest_pause_s(seen["positions"]) < PAUSE_S
