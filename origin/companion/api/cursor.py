"""Where a list goes on: opaque to clients, and nothing but the sort key of the last item. Pure.

So a page costs the same at any depth, and nothing comes twice or is left out because something was
added in front (keyset pagination).
"""

import binascii
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from origin.companion.api.errors import FieldError, QueryInvalid

_VERSION: Final = 1
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")
"""What JSON can hold in a string, and a database cannot."""

Key = tuple[float | int | str, ...]


def write(key: Key) -> str:
    """Return the cursor behind an item."""
    text = json.dumps([_VERSION, *key], separators=(",", ":"), allow_nan=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(cursor: str, kinds: tuple[type[float] | type[int] | type[str], ...]) -> Key:
    """Return the sort key in a cursor, whose parts are of these kinds; raises QueryInvalid."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        version, *key = json.loads(urlsafe_b64decode(padded.encode("ascii")))
    except (binascii.Error, UnicodeError, ValueError, TypeError, RecursionError) as error:
        raise _not_ours() from error
    if version != _VERSION or len(key) != len(kinds):
        raise _not_ours()
    for part, kind in zip(key, kinds, strict=True):
        wanted = (int, float) if kind is float else kind
        if not isinstance(part, wanted) or isinstance(part, bool) or part != part:  # noqa: PLR0124 NaN
            raise _not_ours()
        if isinstance(part, str) and _NO_TEXT.search(part):
            raise _not_ours()
        if isinstance(part, int) and not -(2**63) <= part < 2**63:
            raise _not_ours()
    return tuple(key)


def _not_ours() -> QueryInvalid:
    return QueryInvalid([FieldError("cursor", "it is none of ours; begin without one")])
