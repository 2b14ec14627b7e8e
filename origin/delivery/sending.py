"""How the content of an answer leaves: what is large is handed over as it is, and never copied.

Who asks and does not read is waited for, and there may be thousands of them. Each of them then has
a head of their own, and a view of bytes that are there once. aiohttp joins head and body before it
writes (on Python before 3.12.9): that saves a little where they are small, and is a copy for each
client where they are not. What is written in one turn of uvloop's leaves by one call all the same.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import hdrs, web

_JOINED_BYTES_MAX: Final = 16 * 1024

Pieces = Sequence[bytes | memoryview]


def response_of(pieces: Pieces, status: int, headers: Mapping[str, str]) -> web.Response:
    """Return the answer whose content these pieces are, one after the other."""
    size_bytes = sum(map(len, pieces))
    if size_bytes <= _JOINED_BYTES_MAX:
        return web.Response(body=b"".join(pieces), status=status, headers=headers)
    if len(pieces) == 1 and isinstance(pieces[0], bytes):
        return _Whole(body=pieces[0], status=status, headers=headers)
    return _InPieces(pieces, size_bytes, status, headers)


class _Whole(web.Response):
    """Has a body that is written by itself."""

    _send_headers_immediately = True


class _InPieces(_Whole):
    """Has no body, but what one would be made of."""

    def __init__(
        self, pieces: Pieces, size_bytes: int, status: int, headers: Mapping[str, str]
    ) -> None:
        length = str(size_bytes)
        super().__init__(status=status, headers={**headers, hdrs.CONTENT_LENGTH: length})
        self._pieces = pieces

    async def write_eof(self, data: bytes = b"") -> None:
        """Write them, each when the client has taken enough of those before."""
        # A connection at rest still has its last answer, by aiohttp.
        pieces, self._pieces = self._pieces, ()
        if not self._eof_sent and not self._must_be_empty_body:
            for piece in pieces:
                await self.write(piece)
        del pieces
        await super().write_eof(data)
