"""Clients that ask once on each connection, some of them a moment after they have connected."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Final

from tests.functional.asking import ask, get
from tests.functional.supervising import Server, until

CLIENTS: Final = 8
PAUSES_S: Final = (0.0, 0.001, 0.01, 0.1)
"""Between a connection and its request: some are met before they are accepted, some after."""


@dataclass
class Newcomers:
    """They come until one is refused; ``failures`` are what else went wrong, a sentence each."""

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

    def some_more(self) -> None:
        """Wait until they have had answers that they asked for from now on."""
        before = self.answered
        until(lambda: self.answered > before + 10 * CLIENTS)


@contextmanager
def newcomers(server: Server) -> Iterator[Newcomers]:
    """Let them come; the block, which they have had answers before, is to stop the server."""
    coming = Newcomers(server)
    clients = [
        threading.Thread(target=coming.come, args=(PAUSES_S[number % len(PAUSES_S)],))
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.start()
    try:
        coming.some_more()
        yield coming
    except BaseException:
        server.process.kill()  # nobody would be refused else
        raise
    finally:
        for client in clients:
            client.join()
