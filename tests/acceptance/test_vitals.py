"""How quick a page was: from Chromium into the numbers that Prometheus reads."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.acceptance.listening import Track
from tests.acceptance.watching import open_page, wait_for_position
from tests.functional.scraping import metrics
from tests.functional.supervising import supervised, until

COUNT = "soundbridge_page_seconds_count,metric={},page=track"
SHIFTS = "soundbridge_page_layout_shift_{},page=track"


@pytest.mark.long
def test_how_quick_it_was_is_counted_when_it_is_left(
    browser: Browser, store: Path, track: Track, tmp_path: Path
) -> None:
    with supervised(store, tmp_path / "log", "--metrics-port", "0") as server:
        context = browser.new_context(base_url=server.url)
        page = context.new_page()
        open_page(page, f"/?play={track.playback_id}")
        page.wait_for_function(
            "() => performance.getEntriesByType('resource').some(({name}) => /vitals-/.test(name))"
        )
        page.get_by_role("button", name="Play").click()
        wait_for_position(page, 0.3)
        page.goto(f"{server.url}/healthz")
        until(lambda: SHIFTS.format("count") in metrics(server))
        context.close()
        told = metrics(server)
    for metric in ("FCP", "LCP", "TTFB"):  # what was quick to answer may have no INP
        assert told[COUNT.format(metric)] == 1
    assert told[SHIFTS.format("sum")] <= 0.02
