"""Where a list goes on: opaque to clients, and nothing but the sort key of the last item. Pure.

So a page costs the same at any depth, and nothing comes twice or is left out because something was
added in front (keyset pagination).
"""

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final

from origin.delivery.errors import NotFound

_VERSION: Final = 1
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")
"""What JSON can hold in a string, and a database cannot."""

Key = tuple[float | int | str, ...]


class CursorUnknown(NotFound):
    """A cursor is well formed, and leads to no page of this list."""

    code = "cursor_unknown"

    def __init__(self) -> None:
        super().__init__("This cursor leads to no page of this list; begin without one.")

    @property
    def members(self) -> Mapping[str, object]:
        """The parameter."""
        return {"errors": [{"parameter": "cursor", "detail": "it is none of ours"}]}


def write(key: Key) -> str:
    """Return the cursor behind an item."""
    text = json.dumps([_VERSION, *key], separators=(",", ":"), allow_nan=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(
    cursor: str, kinds: tuple[type[float] | type[int] | type[str], ...], bits: int = 64
) -> Key:
    """Return the sort key in a cursor, whose parts are of these kinds; raises CursorUnknown.

    ``bits`` are what a whole number may have, its sign among them.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        version, *key = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError) as error:
        raise CursorUnknown from error
    if version != _VERSION or len(key) != len(kinds):
        raise CursorUnknown
    for part, kind in zip(key, kinds, strict=True):
        wanted = (int, float) if kind is float else kind
        if not isinstance(part, wanted) or isinstance(part, bool) or part != part:  # noqa: PLR0124 NaN
            raise CursorUnknown
        if isinstance(part, str) and _NO_TEXT.search(part):
            raise CursorUnknown
        if isinstance(part, int) and not -(2 ** (bits - 1)) <= part < 2 ** (bits - 1):
            raise CursorUnknown
    return tuple(key)
