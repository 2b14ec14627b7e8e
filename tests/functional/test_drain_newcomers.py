"""Clients that connect while a server is told to stop, and ask a moment later."""

import signal
from pathlib import Path

import pytest

from tests.functional.newcomers import newcomers
from tests.functional.supervising import supervised
from tests.sources.published import PublishedAsset


@pytest.mark.long
@pytest.mark.long_if("1")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_who_has_connected_is_answered(
    folder: Path, asset: PublishedAsset, tmp_path: Path, workers: str
) -> None:
    del asset
    options = ("--workers", workers, "--drain-delay", "0.2", "--drain-timeout", "100")
    with supervised(folder, tmp_path / "log", *options) as server:
        with newcomers(server) as coming:
            server.signal(signal.SIGTERM)
        assert server.process.wait() == 0
    assert coming.failures == []
