"""From rows to a page: which of them are shown, and where the list goes on. Pure.

Some rows of an index are not for who asks, and only a look at another table tells: a track whose
sound failed, say. A query that went on until a page is full would have no bound, so it reads a few
rows more than a page has. Where nearly all of them are hidden the page is short, and goes on all
the same.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from sqlalchemy import Row

from origin.companion.api import cursor

_MORE: Final = 20


def rows_for(limit: int) -> int:
    """Return how many rows to read for a page of ``limit``."""
    return limit + 1 + _MORE


def page_of(
    rows: Sequence[Row[Any]],
    limit: int,
    *,
    key: Callable[[Row[Any]], cursor.Key],
    shown: Callable[[Row[Any]], bool],
) -> tuple[list[Row[Any]], str | None]:
    """Return what to show of ``rows_for(limit)`` rows, and the cursor behind it, if it goes on."""
    page: list[Row[Any]] = []
    for number, row in enumerate(rows):
        if len(page) == limit:
            return page, cursor.write(key(rows[number - 1]))
        if shown(row):
            page.append(row)
    is_end = len(rows) < rows_for(limit)
    return page, None if is_end else cursor.write(key(rows[-1]))
