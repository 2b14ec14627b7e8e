"""How long what is worth: by its age, and by when something else could be found."""

from math import inf

import pytest

from origin.companion.caching.policy import INDEX_LAG_S, Keeping, Worth, by_time, worth


def nothing(_call: object, _content: object) -> list[str]:
    return []


@pytest.mark.parametrize(
    ("age_s", "expected"),
    [(0, Worth.FRESH), (29.9, Worth.FRESH), (30, Worth.STALE), (299, Worth.STALE),
     (300, Worth.NOTHING)],
)  # fmt: skip
def test_the_catalogue_grows_old(age_s: float, expected: Worth) -> None:
    for changed_s in (-inf, 999.0):  # what else can be found does not matter to it
        assert worth(Keeping(nothing), 1000, 1000 + age_s, changed_s) is expected


@pytest.mark.parametrize(
    ("age_s", "since_change_s", "expected"),
    [
        (0, inf, Worth.FRESH), (29, inf, Worth.FRESH), (30, inf, Worth.STALE),
        (120, inf, Worth.NOTHING),
        (29, INDEX_LAG_S, Worth.FRESH), (31, INDEX_LAG_S, Worth.STALE),
        (0.9, INDEX_LAG_S - 0.1, Worth.FRESH), (1, INDEX_LAG_S - 0.1, Worth.NOTHING),
        (0.9, -0.5, Worth.FRESH), (1, -0.5, Worth.NOTHING), (50, -49, Worth.NOTHING),
    ],
)  # fmt: skip
def test_what_is_found_is_old_soon_where_something_else_can_be(
    age_s: float, since_change_s: float, expected: Worth
) -> None:
    read_s = 1000.0
    assert worth(by_time(nothing), read_s, read_s + age_s, read_s - since_change_s) is expected
