"""An HTTP server that begins to send a source, and then sends no more."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final

_HEAD: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nRIFF"
_GIVE_UP_S: Final = 30.0


@dataclass
class Stalling:
    """Its one transfer, of ``url``: whether it has begun, and whether the other side ended it."""

    url: str
    begun: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)

    def serve_one(self, listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            connection.settimeout(_GIVE_UP_S)
            connection.recv(65_536)
            connection.sendall(_HEAD)
            self.begun.set()
            if not connection.recv(1):
                self.ended.set()


@contextmanager
def stalling() -> Iterator[Stalling]:
    """Give one that is waiting for its request, which has to come."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(_GIVE_UP_S)
        server = Stalling(f"http://127.0.0.1:{listening.getsockname()[1]}/x.wav")
        thread = Thread(target=server.serve_one, args=(listening,))
        thread.start()
        try:
            yield server
        finally:
            thread.join()
