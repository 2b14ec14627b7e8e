"""Varnish alone, and addresses of its tests."""

from itertools import count
from typing import Final

import pytest

NUMBERS: Final = count()


@pytest.fixture(scope="module")
def caching_kind() -> str:
    """No other one is asked here."""
    return "varnish"


@pytest.fixture
def path() -> str:
    """Where nobody has asked for anything."""
    return f"/own-{next(NUMBERS)}.json"
