"""Answers to requests of HTTP/1.0 are of HTTP/1.1, too (RFC 9110 §6.2).

The version says what the server can do, and not what was asked (§2.5); that the answer is one that
a client of HTTP/1.0 can read is seen to by aiohttp.
"""

from typing import TYPE_CHECKING, Final

from aiohttp import hdrs
from aiohttp.http import StreamWriter

if TYPE_CHECKING:
    from multidict import CIMultiDict

_VERSION: Final = "HTTP/1.1"


class LaterVersionWriter(StreamWriter):
    """Writes one answer; where the connection does not stay, a client of HTTP/1.1 has to hear."""

    async def write_headers(self, status_line: str, headers: "CIMultiDict[str]") -> None:
        """Write the head, with our version."""
        headers.setdefault(hdrs.CONNECTION, "close")
        await super().write_headers(_VERSION + status_line[len(_VERSION) :], headers)
