"""What supervisor and worker say to each other: JSON objects, one a line, over a socket pair.

Nobody waits for the other to listen: an order is small, and of what can be said again later
(``is_free``) none is said while the last has not left.
"""

import asyncio
import json
import socket
from contextlib import suppress
from typing import Any, Final

Message = dict[str, Any]

READY: Final = "ready"
PREPARING: Final = "preparing"
FAILED: Final = "failed"
REPORT: Final = "report"
LEAVING: Final = "leaving"
"""A signal tells the worker to go; whether to STOP or to RETIRE is the supervisor's to say."""
ACCEPT: Final = "accept"
RETIRE: Final = "retire"
STOP: Final = "stop"
HURRY: Final = "hurry"

ANSWERED_AFTER_S: Final = 1.0
"""The signal that lets a worker leave may be for all, and come to the supervisor last."""
LEAVES_ALONE_AFTER_S: Final = 3.0
"""A supervisor that has not answered by then hangs."""

_LINE_BYTES_MAX: Final = 8 << 20
_CLOSES_WITHIN_S: Final = 1.0


class Channel:
    """One end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, end: socket.socket) -> "Channel":
        """Return a channel that owns this end of a socket pair."""
        return cls(*await asyncio.open_connection(sock=end, limit=_LINE_BYTES_MAX))

    @property
    def is_free(self) -> bool:
        """Whether all that was said has left."""
        return not self._writer.transport.get_write_buffer_size()

    def say(self, kind: str, **content: Any) -> None:
        """Say something; nobody learns whether it is heard."""
        if not self._writer.is_closing():
            self._writer.write(json.dumps({"kind": kind, **content}).encode() + b"\n")

    async def hear(self) -> Message | None:
        """Return what is said next; None when the other has gone."""
        try:
            line = await self._reader.readline()
            message = json.loads(line) if line.endswith(b"\n") else None
        except (OSError, ValueError):
            return None
        return message if isinstance(message, dict) else None

    async def close(self) -> None:
        """Let the last words leave, and be gone."""
        self._writer.close()
        with suppress(OSError, TimeoutError):
            await asyncio.wait_for(self._writer.wait_closed(), _CLOSES_WITHIN_S)
