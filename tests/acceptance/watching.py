"""Playback is watched from inside the page.

A look each hundredth of a second notes the position, so that a pause of the sound shows as looks
that find it where it was. A processor that is busy with something else makes sound wait, too: that
is no fault of what plays. It shows in fewer looks, and in waits and stalls beside sound that is
there. Nor is it trouble that a request is aborted because someone seeks or switches.
"""

from itertools import groupby
from typing import Any, Final

from playwright.sync_api import Page

TITLE, ARTIST = "Battle Epic", "Aleksi Aubry-Carlson"
RATE: Final = 2
FAST: Final = 4
LOOK_S: Final = 0.01
WATCH: Final = """() => {
    const audio = document.querySelector('audio');
    const watched = {positions: [], starved: 0, troubles: []};
    const isFed = () => {
        const {buffered, currentTime} = audio;
        const goesOn = index => buffered.start(index) <= currentTime + 0.05
            && buffered.end(index) > currentTime + 0.1;
        return [...Array(buffered.length).keys()].some(goesOn);
    };
    document.addEventListener('playbacktrouble', ({detail}) => {
        const isOurs = detail.details === 'aborted';
        const isBusy = detail.details === 'bufferStalledError' && isFed();
        watched.troubles.push(...(!detail.fatal && (isOurs || isBusy) ? [] : [detail]));
    });
    audio.addEventListener('waiting', () => { watched.starved += isFed() ? 0 : 1; });
    const look = () => watched.positions.push(audio.currentTime);
    look();
    setInterval(look, 10);
    window.watched = watched;
}"""


def open_page(page: Page, url: str) -> None:
    """Open the page, and be at it until what plays is there and has sound."""
    page.goto(url)
    wait_for_state(page, "paused")
    be_there(page)
    page.wait_for_selector("sound-player[data-engine]")
    page.wait_for_function("() => document.querySelector('audio').readyState >= 3")
    page.evaluate(WATCH)


def be_there(page: Page) -> None:
    """Move the mouse, as nobody does who only fetches the page."""
    page.mouse.move(1, 1)
    page.mouse.move(2, 2)


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


def wait_for_duration(page: Page, duration_s: float) -> None:
    """Wait until the player knows of sound up to ``duration_s``, but for the front's padding."""
    page.wait_for_function(
        "s => document.querySelector('audio').duration >= s - 0.1", arg=duration_s
    )


def position_s(page: Page) -> float:
    return float(page.evaluate("document.querySelector('audio').currentTime"))


def watched(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate("window.watched")
    return found


def longest_pause_s(positions_s: list[float]) -> float:
    """Return for how long the sound stood still at most.

    Looks are counted rather than the clock read: a busy processor looks less often. The first
    second is left out: the sound starts in it, and takes up its rate.
    """
    heard_s = [position_s for position_s in positions_s if position_s > 1]
    return max(len(list(same)) - 1 for _, same in groupby(heard_s)) * LOOK_S
