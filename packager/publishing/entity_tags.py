"""Entity tags that tell what an object holds.

Of what was put in one piece, S3 and most servers that speak its language give the MD5 as entity
tag; of what was put in parts, the MD5 of the parts' MD5s, and how many parts there are. Buckets
that encrypt with keys of their own have tags of the same form which are no such thing. So a tag
that fits says that nothing was altered on the way, and one that does not is a reason to look.
Other stores have tags of other forms, which say nothing.

In some buckets tags look like digests and fit nothing, and a bucket may become one of those, or
cease to be one, at any time. It shows where an object is as it was sent under a tag that does not
fit, or where several objects come out the same several times: what flips a bit flips another one
the next time. One alone may be cut short each time by whatever is in between. From there on a tag
that does not fit is no reason to look, for each would take several readings; until one fits.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, Self

_OF_ONE_PIECE: Final = re.compile(r'"?([0-9a-f]{32})"?')
_OF_PARTS: Final = re.compile(r'"?([0-9a-f]{32}-[1-9][0-9]*)"?')
READINGS_MAX: Final = 5
_AGREEING: Final = 3
_UNFIT_OBJECTS: Final = 2
_md5 = partial(hashlib.md5, usedforsecurity=False)


def digest_in(tag: str | None) -> str | None:
    """Return the digest that the tag of an object of one piece looks like, None for other forms."""
    found = _OF_ONE_PIECE.fullmatch(tag or "")
    return found[1] if found else None


def digest_of(data: bytes) -> str:
    """Return the digest that the tag of an object should be that was put as ``data``."""
    return _md5(data).hexdigest()


class Reading(NamedTuple):
    """What came when an object was read, and under which tag."""

    data: bytes
    tag: str | None


class StoreTags:
    """The entity tags of one store, as far as is known by now what they tell."""

    def __init__(self) -> None:
        self._are_others = False
        self._unfit: frozenset[str] = frozenset()  # tags of objects that came the same each time

    def fit(self, tag: str | None, data: bytes) -> bool:
        """Tell whether nothing speaks against these bytes."""
        said = digest_in(tag)
        if said is None:
            return True
        if said == digest_of(data):
            self._are_others, self._unfit = False, frozenset()
            return True
        return self._are_others

    def vouch(self, readings: Sequence[Reading]) -> bool:
        """Tell whether the last of an object's readings, of which no other was good, is good."""
        last = readings[-1]
        if self.fit(last.tag, last.data):
            return True
        if list(readings[-_AGREEING:]) != [last] * _AGREEING:
            return False
        self._unfit |= {str(last.tag)}
        if len(self._unfit) >= _UNFIT_OBJECTS:
            self.are_others()
        return True

    def are_others(self) -> None:
        """Take note that they do not tell what objects hold."""
        self._are_others = True


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
