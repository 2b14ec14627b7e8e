"""Chromium, opened once for all who listen with it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.players.chromium import chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened
