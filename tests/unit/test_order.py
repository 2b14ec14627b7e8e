"""No test is lost where browsers are put between others."""

from itertools import pairwise

import pytest

from tests.order import BROWSERS, spread


def test_each_is_asked_once_and_files_stay_together(request: pytest.FixtureRequest) -> None:
    before = sorted(request.session.items, key=lambda item: item.nodeid)
    after = list(before)
    spread(after)
    assert sorted(after, key=lambda item: item.nodeid) == before
    files = [item.nodeid.partition("::")[0] for item in after]
    changes = sum(one != other for one, other in pairwise(files))
    assert changes == len(set(files)) - 1


def test_browsers_come_between_others(request: pytest.FixtureRequest) -> None:
    is_browser = [item.nodeid.startswith(BROWSERS) for item in request.session.items]
    if len(set(is_browser)) == 1:
        pytest.skip("there are none of both")
    assert is_browser[0]
    assert not is_browser[-1]
