"""How soon the pages are there, and how soon sound comes after a click.

Debian's Chromium before ``serve`` alone, with some tracks that have covers. Pages are loaded with
nothing in the browser's caches, a processor four times as slow and 1.6 Mbit/s; then somebody plays,
opens the queue and types. Clicks on tracks are heard at a round trip of 50 ms. At last, the
connection falls from 2 Mbit/s to 200 kbit/s while a track plays.
"""

import argparse
import asyncio
import io
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from PIL import Image
from playwright.sync_api import Browser, Locator, Page, ViewportSize

from benchmarks.api.publishing import Publisher
from benchmarks.api.upload import creator
from benchmarks.origin.servers import Server, soundbridge
from tests.acceptance.connection import Connection
from tests.acceptance.watching import open_page, wait_for_position, watched
from tests.players.chromium import WHOLE, chromium

GOALS: Final = {
    "fcp_s": 0.8, "lcp_s": 1.2, "tti_s": 2.5, "inp_s": 0.1, "cls": 0.02, "first_load_kb": 90,
    "click_to_sound_s": 0.25, "stalls": 0, "segments_until_lower": 1,
}  # fmt: skip
_SLOW_DOWN: Final = 4
_DOWN_BPS: Final = 1_600_000
_FAST_BPS: Final = 2_000_000
_SLOW_BPS: Final = 200_000
_ROUND_TRIP_S: Final = 0.05
_QUIET_MS: Final = 5000
"""A page is interactive once it has been quiet for so long."""
_DWELLS_MS: Final = 150
_PRESSES_MS: Final = 80
_TRACK_S: Final = 40
_HIGHEST: Final = "320k"
_LOOKS: Final = 4
_SEGMENT: Final = re.compile(r"/(\w+)/\d+\.m4s$")
_NOTE: Final = """
window.noted = {cls: 0, tasks: [], inp: 0, click: 0, sounds: []};
const observe = (type, each, more) => new PerformanceObserver(list =>
    list.getEntries().forEach(each)).observe({type, buffered: true, ...more});
observe('paint', e => { if (e.name === 'first-contentful-paint') noted.fcp = e.startTime; });
observe('largest-contentful-paint', e => { noted.lcp = e.startTime; });
observe('layout-shift', e => { if (!e.hadRecentInput) noted.cls += e.value; });
observe('longtask', e => noted.tasks.push(e.startTime + e.duration));
observe('event', e => { if (e.interactionId) noted.inp = Math.max(noted.inp, e.duration); },
    {durationThreshold: 16});
addEventListener('click', e => { noted.click = e.timeStamp; }, true);
"""
_LOADED: Final = """() => {
    const parts = performance.getEntriesByType('resource')
        .filter(({name}) => /\\/assets\\/(?!hls)/.test(name))
        .concat(performance.getEntriesByType('navigation'));
    const sum = list => list.reduce((all, {transferSize}) => all + transferSize, 0) / 1000;
    const tti = Math.max(noted.fcp, ...noted.tasks.filter(end => end > noted.fcp));
    return {...noted, tti, shell: sum(parts)};
}"""
_SOUND: Final = """async () => {
    const audio = document.querySelector('audio');
    await new Promise(resolve => {
        const look = () => audio.dataset.asked && !audio.paused && audio.currentTime > 0
            ? resolve() : requestAnimationFrame(look);
        look();
    });
    return performance.now() - noted.click;
}"""


def answer(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure."""
    state = folder / "state"
    key = asyncio.run(creator(state))
    cores = sorted(os.sched_getaffinity(0))
    options = ("--state", str(state), "--connections-per-client", "0", "--requests-per-client", "0")
    with soundbridge(None, folder / "log", *options, cores=cores) as server:
        publisher = Publisher(server, key, folder)
        for number in range(asked.tracks):
            publisher.publish(number, _TRACK_S, _cover(number))
        with chromium(WHOLE) as browser:
            loads = [_load(browser, server) for _ in range(asked.rounds)]
            sounds = [each for _ in range(asked.rounds) for each in _sounds(browser, server)]
            fallen = _fallen(browser, server)
    middle = {name: round(median(load[name] for load in loads), 4) for name in loads[0]}
    heard = {"click_to_sound_s": round(median(sounds), 3), "slowest_s": round(max(sounds), 3)}
    return {"goals": GOALS, "medians": middle, **heard, "fallen": fallen}


def _cover(number: int) -> bytes:
    """Make a picture that is as hard to compress as a photograph."""
    noise = Image.effect_noise((1200, 1200), 40 + number).convert("RGB")
    picture = Image.blend(Image.radial_gradient("L").resize(noise.size).convert("RGB"), noise, 0.3)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=85)
    return content.getvalue()


@contextmanager
def _opened(browser: Browser, server: Server) -> Iterator[tuple[Page, Connection]]:
    """Open a page of a browser that has never been there.

    It has no service worker: CDP would slow down nothing of what passes through one.
    """
    size = ViewportSize(width=1280, height=900)
    context = browser.new_context(base_url=server.url, viewport=size, service_workers="block")
    page = context.new_page()
    page.add_init_script(_NOTE)
    yield page, Connection(page)
    context.close()


def _load(browser: Browser, server: Server) -> dict[str, float]:
    with _opened(browser, server) as (page, connection):
        connection.becomes(down_bps=_DOWN_BPS)
        connection.slow_down(_SLOW_DOWN)
        page.goto("/")
        page.wait_for_selector(".cover-image:not([hidden])")
        page.wait_for_timeout(_QUIET_MS)
        found = page.evaluate(_LOADED)
        _do_something(page)
        inp_ms = page.evaluate("noted.inp")
    times = {f"{name}_s": found[name] / 1000 for name in ("fcp", "lcp", "tti")}
    return {
        **times, "inp_s": inp_ms / 1000, "cls": found["cls"], "first_load_kb": found["shell"]
    }  # fmt: skip


def _do_something(page: Page) -> None:
    """Play, open the queue and type.

    By bare mouse and keyboard: what Playwright looks at before it clicks on an element is done by
    scripts of its own in the page, which would be measured as well.
    """
    boxes = [page.locator(name).bounding_box() for name in (".play", ".queue-toggle")]
    page.wait_for_timeout(1000)
    for box in boxes:
        if box is None:
            raise SystemExit("The page has no such thing.")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for step in range(10):  # nobody's hand is at a button at once
            page.mouse.move(x, y - 50 + 5 * step)
            page.wait_for_timeout(50)
        page.mouse.click(x, y)
        page.wait_for_timeout(500)
    page.keyboard.type("/tra", delay=80)
    page.wait_for_timeout(1000)


def _click(page: Page, link: Locator) -> None:
    """Click as a hand does: the mouse is there a moment before, and a button takes time."""
    link.hover()
    page.wait_for_timeout(_DWELLS_MS)
    page.mouse.down()
    page.wait_for_timeout(_PRESSES_MS)
    page.mouse.up()


def _sounds(browser: Browser, server: Server) -> list[float]:
    """Return how long after a click each track was heard, in seconds."""
    took_s = []
    with _opened(browser, server) as (page, connection):
        connection.becomes(round_trip_s=_ROUND_TRIP_S)
        page.goto("/")
        page.wait_for_selector("sound-player[data-state=paused]")
        for link in page.locator(".tracks a").all()[1:]:
            link.evaluate(
                "() => { const a = document.querySelector('audio'); delete a.dataset.asked;"
                " a.addEventListener('emptied', () => { a.dataset.asked = 'yes'; }); }"
            )
            _click(page, link)
            took_s.append(page.evaluate(_SOUND) / 1000)
            page.wait_for_timeout(500)
    return took_s


def _fallen(browser: Browser, server: Server, looks: int = _LOOKS) -> dict[str, Any]:
    """Return what became of the sound when the connection fell, as it was at its best.

    On a busy machine it may be lower by itself just before: another look.
    """
    stalls, rungs = _heard_through_the_fall(browser, server)
    names = [rung for _, rung in rungs]
    if names[0] != _HIGHEST and looks > 1:  # which was asked for before anything was slow
        return _fallen(browser, server, looks - 1)
    kept = next((place for place, rung in enumerate(names) if rung != _HIGHEST), len(names))
    is_lower = 0 < kept < len(names)
    return {
        "stalls": stalls,
        "segments_until_lower": kept,
        "decided_s": round(rungs[kept][0] - rungs[0][0], 2) if is_lower else None,
        "rungs": names,
    }


def _heard_through_the_fall(
    browser: Browser, server: Server
) -> tuple[int, list[tuple[float, str]]]:
    """Return how often sound was missing, and when each segment after the fall was asked for.

    What was on its way as the connection fell does not feel it: CDP has it so.
    """
    rungs: list[tuple[float, str]] = []
    with _opened(browser, server) as (page, connection):

        def note(url: str) -> None:
            if found := _SEGMENT.search(url):
                rungs.append((time.monotonic(), found[1]))

        page.on("request", lambda request: note(request.url))
        connection.becomes(down_bps=_FAST_BPS)
        open_page(page, "/")
        page.get_by_role("button", name="Play").click()
        wait_for_position(page, 1)
        with page.expect_request(_SEGMENT):
            pass
        before = len(rungs)
        connection.becomes(down_bps=_SLOW_BPS)
        wait_for_position(page, 25)
        stalls = watched(page)["starved"]
    return stalls, rungs[before:]
