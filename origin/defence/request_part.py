"""The parts of a request that end with an empty line: its fields, and a chunked body. Pure.

An empty line inside of a body is taken for its end, too: then the body has one more part.
"""

from typing import Final

_END: Final = b"\r\n\r\n"
_SEAM_BYTES: Final = len(_END) - 1


class Part:
    """One that comes in pieces, so that its end may be in several of them."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last = b""

    def begin(self, last: bytes = b"") -> None:
        """Begin behind a line end, or behind nothing that could belong to an empty line."""
        self._last = last

    def end_in(self, data: bytes, at: int) -> int:
        """Return where the part that goes on at ``at`` ends, at the latest where the data does."""
        seam = self._last + data[at : at + _SEAM_BYTES]
        if (found := seam.find(_END)) >= 0:
            end = at + found + len(_END) - len(self._last)
        else:
            found = data.find(_END, at)
            end = len(data) if found < 0 else found + len(_END)
        self._last = (self._last + data[max(at, end - _SEAM_BYTES) : end])[-_SEAM_BYTES:]
        return end
