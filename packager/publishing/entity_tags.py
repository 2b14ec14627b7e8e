"""Entity tags that tell what an object holds.

Of what was put in one piece, S3 and most servers that speak its language give the MD5 as entity
tag; of what was put in parts, the MD5 of the parts' MD5s, and how many parts there are. Buckets
that encrypt with keys of their own have tags of the same form which are no such thing. So a tag
that fits says that nothing was altered on the way, and one that does not is a reason to look.
Other stores have tags of other forms, which say nothing.
"""

import hashlib
import re
from collections.abc import Iterable
from functools import partial
from typing import Final

_OF_ONE_PIECE: Final = re.compile(r'"?([0-9a-f]{32})"?')
_OF_PARTS: Final = re.compile(r'"?([0-9a-f]{32}-[1-9][0-9]*)"?')
_md5 = partial(hashlib.md5, usedforsecurity=False)


def digest_in(tag: str | None) -> str | None:
    """Return the digest that the tag of an object of one piece looks like, None for other forms."""
    found = _OF_ONE_PIECE.fullmatch(tag or "")
    return found[1] if found else None


def digest_of(data: bytes) -> str:
    """Return the digest that the tag of an object should be that was put as ``data``."""
    return _md5(data).hexdigest()


def fits_parts(tag: str | None, parts: Iterable[bytes]) -> bool:
    """Tell whether an object with this tag can have been put in these parts, or all at once."""
    if said := digest_in(tag):
        whole = _md5()
        for part in parts:
            whole.update(part)
        return said == whole.hexdigest()
    if found := _OF_PARTS.fullmatch(tag or ""):
        digests = [_md5(part).digest() for part in parts]
        return found[1] == f"{digest_of(b''.join(digests))}-{len(digests)}"
    return True
