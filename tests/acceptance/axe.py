"""axe-core in a page: what it finds against those who do not see, hear or point as others do."""

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

import origin.web

AXE: Final = Path(origin.web.__file__).parent / "node_modules/axe-core/axe.min.js"
"""npm installs it beside what bundles the page."""
_STILL: Final = """() => Promise.all(
    document.getAnimations().filter(each => each.effect.getTiming().iterations === 1)
        .map(each => each.finished.catch(() => {})))"""
_RUN: Final = """async () => {
    const {violations} = await axe.run(document, {resultTypes: ['violations']});
    return violations.map(({id, nodes}) => [id, nodes.map(({html, failureSummary}) =>
        `${html.slice(0, 200)}: ${failureSummary}`)]);
}"""


def findings(page: Page) -> list[Any]:
    """Return what axe finds in a page as it is, of all its rules."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    page.evaluate(_STILL)
    found: list[Any] = page.evaluate(_RUN)
    return found
