"""Text as it is compared, each of its characters with where it came from. Pure.

Folding never fails, and what is folded stays as it is: an index and a query meet in the middle.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from origin.companion.search.letters import SPACE, VOICING, folded, is_mark

_SIGN: Final = "['\u2019\u02bc\uff07]"
_ELISION: Final = re.compile(rf"(?<!\w)\w{{1,2}}({_SIGN})(?=[\w\u0300-\u036f]{{3}})")
"""``l'amour`` is two words, and ``don't`` is one."""

_AND: Final = re.compile(rf"(?<=\w\w)({_SIGN})(?=[nN](?:{_SIGN}\w\w|\s))")
"""``rock'n'roll`` is three, and ``r'n'b`` is one."""

_NOT_PLAIN: Final = re.compile(r"[^a-z0-9 ]")


@dataclass(frozen=True, slots=True)
class Folded:
    """``text[i]`` came from the original's ``starts[i]`` to ``ends[i]``, half-open."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def fold(text: str) -> Folded:
    """Return text as it is compared."""
    if text.isascii() and not _NOT_PLAIN.search(lowered := text.lower()):
        return Folded(lowered, range(len(text)), range(1, len(text) + 1))
    parts = [folded(character) for character in text]
    if all(parts) and not any(map(is_mark, "".join(parts))):
        return _side_by_side(parts)
    return _with_marks(text)


def _side_by_side(parts: Sequence[str]) -> Folded:
    """Return what each character is folded to, where none goes with another: in most texts."""
    starts = [place for place, part in enumerate(parts) for _ in part]
    return Folded("".join(parts), starts, [place + 1 for place in starts])


def _with_marks(text: str) -> Folded:
    written = _Written()
    between = {match.start(1) for divided in (_ELISION, _AND) for match in divided.finditer(text)}
    for place, character in enumerate(text):
        for each in SPACE if place in between else folded(character) or "\0":
            written.add(each, place)
    return Folded("".join(written.characters), written.starts, written.ends)


class _Written:
    """Folded characters, while they are written down."""

    def __init__(self) -> None:
        self.characters: list[str] = []
        self.starts: list[int] = []
        self.ends: list[int] = []

    def add(self, character: str, place: int) -> None:
        """Write what came from a place; a mark goes with what it stands on."""
        stands = bool(self.characters) and self.characters[-1] != SPACE
        if character == "\0":  # nothing is left of it
            if stands and self.ends[-1] == place:
                self._stretch(place)
            return
        if character in VOICING:
            both = unicodedata.normalize("NFC", self.characters[-1] + character) if stands else ""
            if len(both) == 1:
                self.characters[-1] = both
                self._stretch(place)
            return
        if not stands and is_mark(character):
            return
        self.characters.append(character)
        self.starts.append(place)
        self.ends.append(place + 1)

    def _stretch(self, place: int) -> None:
        self.ends[-1] = place + 1


@lru_cache(maxsize=1 << 12)
def plain(text: str) -> str:
    """Return folded text with one space between words and none around them.

    For names: of what is suggested, each is looked at more than once.
    """
    return " ".join(fold(text).text.split())
