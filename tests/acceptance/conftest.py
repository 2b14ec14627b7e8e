"""Chromium, opened once a module: no other module may find its event loop running."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.players.chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened
