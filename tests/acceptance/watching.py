"""Playback is watched from inside the page.

Each frame notes the clock and the position, so that a pause of the sound shows as position that
falls behind. A wait for sound that has not come is told from one for a busy processor.
"""

from itertools import pairwise
from typing import Any, Final

from playwright.sync_api import Page

TITLE, ARTIST = "Battle Epic", "Aleksi Aubry-Carlson"
RATE: Final = 2
WATCH: Final = """() => {
    const audio = document.querySelector('audio');
    const watched = {points: [], waits: 0, starved: 0, troubles: []};
    document.addEventListener('playbacktrouble', ({detail}) => watched.troubles.push(detail));
    audio.addEventListener('waiting', () => {
        const {buffered, currentTime} = audio;
        const ends = [...Array(buffered.length).keys()].map(index => buffered.end(index));
        watched.waits += 1;
        watched.starved += ends.some(end => end > currentTime + 0.1) ? 0 : 1;
    });
    const note = () => {
        watched.points.push([performance.now() / 1000, audio.currentTime]);
        requestAnimationFrame(note);
    };
    note();
    window.watched = watched;
}"""


def open_page(page: Page, url: str) -> None:
    page.goto(url)
    wait_for_state(page, "paused")
    page.evaluate(WATCH)


def wait_for_state(page: Page, state: str) -> None:
    page.wait_for_selector(f"sound-player[data-state={state}]")


def wait_for_position(page: Page, position_s: float) -> None:
    page.wait_for_function("s => document.querySelector('audio').currentTime >= s", arg=position_s)


def wait_for_sound(page: Page, end_s: float) -> None:
    """Wait until the sound up to ``end_s`` is in the browser.

    Conditions are functions: a bare expression is evaluated anew at each look, and the page's
    policy forbids that.
    """
    page.wait_for_function(
        "s => { const {buffered} = document.querySelector('audio');"
        " return buffered.length > 0 && buffered.end(0) >= s; }",
        arg=end_s,
    )


def position_s(page: Page) -> float:
    return float(page.evaluate("document.querySelector('audio').currentTime"))


def watched(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("window.watched")
    return found


def longest_lag_s(points: list[list[float]]) -> float:
    """Return by how much the position ever fell behind the clock from one moment to the next.

    The first second is left out: the sound starts in it, and takes up its rate.
    """
    heard = [point for point in points if point[1] > 1]
    return max(
        (now - before) * RATE - (there - here)
        for (before, here), (now, there) in pairwise(heard[::30])
    )
