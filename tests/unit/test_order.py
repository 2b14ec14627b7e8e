"""No test is lost where browsers are put between others."""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Named:
    nodeid: str


def test_browsers_come_between_others() -> None:
    items = [Named(f"{BROWSERS}test_{number}.py::test") for number in range(3)]
    items += [Named(f"tests/unit/test_{number}.py::test") for number in range(10)]
    spread(items)
    is_browser = [item.nodeid.startswith(BROWSERS) for item in items]
    assert sum(is_browser) == 3
    assert not any(one and other for one, other in pairwise(is_browser))
    assert is_browser[0]
    assert not is_browser[-1]
