"""The sockets that a server listens on: one a slot, all at the same address."""

import ctypes
import select
import socket
import struct
import sys
from contextlib import ExitStack, suppress
from typing import Final

BACKLOG: Final = 1024
_SO_ATTACH_FILTER: Final = 26
_FILTER: Final = (
    (0x30, 0, 0, 13),  # load the byte of flags
    (0x45, 0, 1, 0x02),  # SYN: a client that begins to connect
    (0x06, 0, 0, 0),  # drop
    (0x06, 0, 0, 0xFFFF_FFFF),  # take
)
"""What the kernel does with a packet, in its classic BPF: code, jumps if so and if not, value."""


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


def turn_newcomers_away(listener: socket.socket) -> None:
    """Hear nobody begin to connect; who has begun is still there to be accepted.

    Linux resets what a queue holds when it is closed, and no other way keeps it from growing until
    then. Who is not heard tries again a second later. Elsewhere, nothing is done.
    """
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _FILTER))
    described = struct.pack("HP", len(_FILTER), ctypes.addressof(program))
    with suppress(OSError):
        listener.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, described)


def has_queue(listener: socket.socket) -> bool:
    """Tell whether somebody waits to be accepted."""
    looking = select.poll()
    looking.register(listener, select.POLLIN)
    return bool(looking.poll(0))


def end_for_all(listener: socket.socket) -> None:
    """Let it listen no more, whoever else has it open; it is still to be closed."""
    with suppress(OSError):  # where only sockets that are connected can be shut down
        listener.shutdown(socket.SHUT_RDWR)


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
