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
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

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


@dataclass(frozen=True, slots=True)
class ExpectedTags:
    """What an object can have for a tag that is put in one piece, or in parts: digests of it."""

    of_one_piece: str
    of_parts: str

    @classmethod
    def of(cls, parts: Iterable[bytes]) -> Self:
        """Read these parts once, and keep none of them."""
        whole, joined, count = _md5(), _md5(), 0
        for part in parts:
            whole.update(part)
            joined.update(_md5(part).digest())
            count += 1
        return cls(whole.hexdigest(), f"{joined.hexdigest()}-{count}")

    def fit(self, tag: str | None) -> bool | None:
        """Tell whether the tag is one of them, None where it is of a form that says nothing."""
        if said := digest_in(tag):
            return said == self.of_one_piece
        if found := _OF_PARTS.fullmatch(tag or ""):
            return found[1] == self.of_parts
        return None
