"""How much is committed at a time while an index is built."""

import pytest

from origin.companion.search.building import ROWS_OF_COMMIT_MAX, rows_of_commit

ALIKE = 8


def segments(total: int) -> list[int]:
    """Return how large the segments are once eight alike have become one, again and again."""
    rows = rows_of_commit(total)
    sizes = [rows] * (total // rows) + ([total % rows] if total % rows else [])
    while (alike := next((each for each in sizes if sizes.count(each) >= ALIKE), None)) is not None:
        for _ in range(ALIKE):
            sizes.remove(alike)
        sizes.append(alike * ALIKE)
    return sizes


@pytest.mark.parametrize(
    "total", [0, 1, 50_000, 75_000, 75_001, 100_000, 424_999, 425_001, 1_104_535, 10_000_000]
)
def test_most_of_it_ends_in_one_segment(total: int) -> None:
    assert 0 < rows_of_commit(total) <= ROWS_OF_COMMIT_MAX
    assert len(segments(total)) <= 2
    assert max(segments(total), default=0) >= total * 0.65
    few = total // 100
    assert all(len(segments(total + more)) <= 3 for more in (few, -few))
