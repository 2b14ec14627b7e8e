"""Where the parts of a request end of which that is not known before. Pure.

The fields end with an empty line, a chunked body with the one behind its last chunk. They come in
pieces, so an end may be in several of them. Whether what is between is good the parser says; if it
sees another end than we do, there is no agreement on what is a request, and the connection ends.
"""

import re
from typing import Final

from origin.delivery.errors import BadRequest

_END: Final = b"\r\n\r\n"
_LINE_END_BYTES: Final = 2
_SEAM_BYTES: Final = len(_END) - 1
_CHUNK_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,15})(?:;[^\r\n]*)?\r\n")
_CHUNK_LINE_BYTES_MAX: Final = 4096
"""RFC 9112 §7.1.1 wants a limit for extensions, of which we know none."""


class FieldsPart:
    """The lines up to an empty one, and that one; ``is_over`` once that was found."""

    __slots__ = ("_last", "is_over")

    def __init__(self) -> None:
        self._last = b"\r\n"  # of the line before: the empty one may be the next
        self.is_over = False

    def end_in(self, data: bytes, at: int) -> int:
        """Return where the part that goes on at ``at`` ends, at the latest where the data does."""
        seam = self._last + data[at : at + _SEAM_BYTES]
        if (found := seam.find(_END)) >= 0:
            self.is_over = True
            return at + found + len(_END) - len(self._last)
        found = data.find(_END, at)
        if found >= 0:
            self.is_over = True
            return found + len(_END)
        self._last = (self._last + data[max(at, len(data) - _SEAM_BYTES) :])[-_SEAM_BYTES:]
        return len(data)


class SizedPart:
    """A body of which the size is known; ``is_over`` once all of it came."""

    __slots__ = ("_rest_bytes",)

    def __init__(self, size_bytes: int) -> None:
        self._rest_bytes = size_bytes

    @property
    def is_over(self) -> bool:
        """Whether nothing is missing."""
        return not self._rest_bytes

    def end_in(self, data: bytes, at: int) -> int:
        """Return where the body that goes on at ``at`` ends, at the latest where the data does."""
        end = min(len(data), at + self._rest_bytes)
        self._rest_bytes -= end - at
        return end


class ChunkedPart:
    """A chunked body; ``is_over`` once its end was found."""

    __slots__ = ("_chunk_bytes", "_line", "_trailers", "is_over")

    def __init__(self) -> None:
        self._line = b""
        self._chunk_bytes = 0
        self._trailers: FieldsPart | None = None
        self.is_over = False

    def end_in(self, data: bytes, at: int) -> int:
        """Return where the body that goes on at ``at`` ends, at the latest where the data does.

        Raises BadRequest for what is no chunk.
        """
        while at < len(data) and self._trailers is None:
            if self._chunk_bytes:
                step_bytes = min(self._chunk_bytes, len(data) - at)
                self._chunk_bytes -= step_bytes
                at += step_bytes
            else:
                at = self._read_line(data, at)
        if self._trailers is None or at == len(data):
            return at
        end = self._trailers.end_in(data, at)
        self.is_over = self._trailers.is_over
        return end

    def _read_line(self, data: bytes, at: int) -> int:
        end = data.find(b"\n", at) + 1
        if not end:
            self._line += data[at:]
            self._require_length(len(self._line))
            return len(data)
        line = self._line + data[at:end]
        self._require_length(len(line))
        found = _CHUNK_LINE.fullmatch(line)
        if found is None:
            raise BadRequest("The body of the request has a chunk without a size.")
        self._line = b""
        if size_bytes := int(found[1], 16):
            self._chunk_bytes = size_bytes + _LINE_END_BYTES
        else:
            self._trailers = FieldsPart()
        return end

    def _require_length(self, line_bytes: int) -> None:
        if line_bytes > _CHUNK_LINE_BYTES_MAX:
            raise BadRequest("A chunk says more about itself than there is room for.")
