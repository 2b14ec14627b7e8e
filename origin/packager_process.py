"""A packaging worker as a child of the server's supervisor, from which it takes its orders.

What packages is imported in that process alone: those that serve load no decoder.
"""

import asyncio
import socket

from origin.supervision.orders import ignore_terminal
from origin.telemetry.log_stream import log_stream
from origin.work_settings import Settings


def be_packager(settings: Settings, _slot: int, end: socket.socket) -> None:
    """Be the packager: the process's own function."""
    from origin.packaging_orders import package_as_told  # noqa: PLC0415 its parent has no use

    ignore_terminal()
    with log_stream():
        asyncio.run(package_as_told(settings, end))
