"""Clients that connect while a server is told to stop, and ask a moment later."""

import signal
import threading
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.functional.asking import ask, get
from tests.functional.supervising import Server, supervised, until
from tests.sources.published import PublishedAsset

CLIENTS: Final = 8
PAUSES_S: Final = (0.0, 0.001, 0.01, 0.1)
"""Between a connection and its request: some are met before they are accepted, some after."""


@dataclass
class Newcomers:
    """Each asks once on each connection, until it is refused one; ``failures`` are the others."""

    server: Server
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def come(self, pause_s: float) -> None:
        """Be one client."""
        while True:
            try:
                connection = self.server.connect()
            except ConnectionRefusedError:
                return
            with closing(connection):
                try:
                    time.sleep(pause_s)
                    assert ask(connection, get("/first-light.m3u8")).status == 200
                except (OSError, AssertionError) as error:
                    self.failures.append(f"{type(error).__name__}: {error}")
            with self._lock:
                self.answered += 1


@pytest.mark.parametrize("workers", ["1", "2"])
def test_who_has_connected_is_answered(
    folder: Path, asset: PublishedAsset, tmp_path: Path, workers: str
) -> None:
    del asset
    options = ("--workers", workers, "--drain-delay", "0.2", "--drain-timeout", "100")
    with supervised(folder, tmp_path / "log", *options) as server:
        newcomers = Newcomers(server)
        clients = [
            threading.Thread(target=newcomers.come, args=(PAUSES_S[number % len(PAUSES_S)],))
            for number in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        until(lambda: newcomers.answered > 10 * CLIENTS)
        server.signal(signal.SIGTERM)
        for client in clients:
            client.join()
        assert server.process.wait() == 0
    assert newcomers.failures == []
