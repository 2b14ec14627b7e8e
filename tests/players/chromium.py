"""Debian's Chromium, headless, without its own traffic to the outside.

Its shell is the same engine without what surrounds a page, for half of the processor's time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, sync_playwright

WHOLE: Final = "/usr/bin/chromium"
SHELL: Final = "/usr/bin/chromium-headless-shell"
QUIET: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)


@contextmanager
def chromium(program: str = SHELL, *options: str) -> Iterator[Browser]:
    """Run a browser; no event loop may run in this thread meanwhile."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=[*QUIET, *options])
        yield browser
        browser.close()
