"""Pages of rows of which some are hidden: nothing is lost, nothing comes twice, and all ends."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from origin.companion.api import cursor
from origin.companion.api.paging import page_of, rows_for


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 40))
def test_all_that_is_shown_comes_once_and_in_order(hidden: list[bool], limit: int) -> None:
    rows: Any = [(number,) for number in range(len(hidden))]
    behind: Any = -1
    found, pages = [], 0
    while True:
        read = rows[behind + 1 : behind + 1 + rows_for(limit)]
        page, on = page_of(read, limit, key=tuple, shown=lambda row: not hidden[row[0]])
        assert len(page) <= limit
        found += [row[0] for row in page]
        pages += 1
        if on is None:
            break
        (behind,) = cursor.read(on, (int,))
    assert found == [number for number, is_hidden in enumerate(hidden) if not is_hidden]
    assert pages <= len(hidden) // min(limit, 20) + 2
