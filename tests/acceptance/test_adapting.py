"""Chromium on a connection that becomes slow: the sound goes on, of a lower rung."""

import re
import time
from dataclasses import dataclass, field
from typing import Final

import pytest
from playwright.sync_api import Page, Request

from tests.acceptance.connection import Connection
from tests.acceptance.listening import Track
from tests.acceptance.watching import open_page, wait_for_position, wait_for_sound, watched

FAST_BPS, SLOW_BPS = 2_000_000, 200_000
SEGMENT: Final = re.compile(r"/(\w+)/\d+\.m4s$")
SEGMENT_S: Final = 6
DECIDED_S: Final = 1.0
SWITCHED_S: Final = 13
"""What was ahead when the connection became slow, and the first that came after that."""
HEARD_S: Final = 25
"""And two segments more."""
BUSY_S: Final = 1.0
"""What a busy machine may add."""


@dataclass
class Asked:
    """Which rungs' segments a page asks for, and when."""

    rungs: list[tuple[float, str]] = field(default_factory=list)

    def note(self, request: Request) -> None:
        if found := SEGMENT.search(request.url):
            self.rungs.append((time.monotonic(), found[1]))


@pytest.fixture
def asked(page: Page) -> Asked:
    """What is asked for from now on."""
    asked = Asked()
    page.on("request", asked.note)
    return asked


@pytest.mark.long
@pytest.mark.parametrize("heard_s", [SWITCHED_S, pytest.param(HEARD_S, marks=pytest.mark.long)])
def test_where_the_connection_becomes_slow_one_switch_keeps_the_sound_going(
    page: Page, track: Track, asked: Asked, heard_s: float
) -> None:
    connection = Connection(page)
    connection.becomes(down_bps=FAST_BPS)
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 1)
    wait_for_sound(page, 2 * SEGMENT_S - 0.5)  # a busy machine may be behind still
    with page.expect_request(SEGMENT):
        pass  # what is under way is not throttled any more
    before = len(asked.rungs)
    connection.becomes(down_bps=SLOW_BPS)
    wait_for_position(page, heard_s)
    after = asked.rungs[before:]
    begun_s = [at_s for at_s, rung in after if rung == "320k"]
    assert len(begun_s) <= 1  # none, where what is under way tells enough already
    assert all(after[0][0] == at_s for at_s in begun_s)
    left_s = [at_s for at_s, rung in after if rung == "128k"]
    assert len(begun_s) + len(left_s) == len(after)
    assert left_s[0] - after[0][0] < DECIDED_S + BUSY_S
    seen = watched(page)
    assert seen["starved"] == 0
    assert seen["troubles"] == []


@pytest.mark.long
def test_where_the_connection_becomes_fast_again_so_does_the_sound(
    page: Page, track: Track, asked: Asked
) -> None:
    connection = Connection(page)
    connection.becomes(down_bps=SLOW_BPS)
    open_page(page, f"/?play={track.playback_id}")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 4)
    assert asked.rungs[-1][1] == "128k"
    connection.becomes(down_bps=FAST_BPS)
    page.wait_for_selector("sound-player[data-rendition='320k']")
    assert watched(page)["starved"] == 0
