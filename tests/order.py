"""In which order files are asked."""

from itertools import groupby
from typing import Final, Protocol, TypeVar

BROWSERS: Final = "tests/acceptance/"
AMONG: Final = 0.6
"""Of the other files: those behind them are short, and fill up what is left at the end."""


class Placed(Protocol):
    """A test: its file is what stands in its ``nodeid`` before the first ``::``."""

    @property
    def nodeid(self) -> str:
        """Name it."""


T = TypeVar("T", bound=Placed)


def spread(items: list[T]) -> None:
    """Put each file that opens a browser between others.

    Several browsers at a time starve each other, and pages that play notice that.
    """
    files = [list(each) for _, each in groupby(items, lambda item: item.nodeid.partition("::")[0])]
    browsers = [each for each in files if each[0].nodeid.startswith(BROWSERS)]
    others = [each for each in files if not each[0].nodeid.startswith(BROWSERS)]
    distance = max(1, int(AMONG * len(others) / max(1, len(browsers))))
    items.clear()
    for number, each in enumerate(others):
        if number % distance == 0 and browsers:
            items += browsers.pop(0)
        items += each
    for each in browsers:
        items += each
