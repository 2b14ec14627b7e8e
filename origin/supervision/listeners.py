"""The sockets that a server listens on: one a slot, all at the same address."""

import socket
from contextlib import ExitStack
from typing import Final

BACKLOG: Final = 1024


class AddressUnusable(Exception):
    """Nobody can listen there; the message says why."""


def listen(host: str, port: int, *, slots: int) -> list[socket.socket]:
    """Return listening sockets, having seen that the address was free; the caller closes them.

    ``port`` 0 takes a free one. SO_REUSEPORT alone would let a second server slip in beside one
    that runs already.
    """
    with _bound(host, port, shared=False) as alone:
        address, real_port = alone.getsockname()[:2]
    with ExitStack() as opened:
        sockets = [
            opened.enter_context(_bound(address, real_port, shared=True)) for _ in range(slots)
        ]
        for listener in sockets:
            listener.listen(BACKLOG)
        opened.pop_all()
    return sockets


def url_of(host: str, port: int) -> str:
    """Return the URL of what listens there, without a slash at its end."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _bound(host: str, port: int, *, shared: bool) -> socket.socket:
    """Return a socket bound to the address; ``shared`` lets others of ours be bound to it too."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AddressUnusable(f"{host} is no address to listen on: {error.strerror}.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shared))
        listener.setblocking(False)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise AddressUnusable(f"Cannot listen on {host}:{port}: {error.strerror}.") from error
    return listener
