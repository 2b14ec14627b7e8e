"""Entity tags and lists of them (RFC 9110 §8.8.3). Pure."""

import re
from dataclasses import dataclass
from typing import Final

_TAG: Final = re.compile(r'(?P<weak>W/)?"(?P<opaque>[^"\x00-\x20\x7f]*)"')
_SEPARATORS: Final = ", \t"


@dataclass(frozen=True, slots=True)
class EntityTag:
    """A validator; ``opaque`` is the text between the quotes."""

    opaque: str
    weak: bool = False

    def __str__(self) -> str:
        """Return it as a header value."""
        return f'{"W/" if self.weak else ""}"{self.opaque}"'

    def matches_strongly(self, other: "EntityTag") -> bool:
        """Compare byte for byte (RFC 9110 §8.8.3.2)."""
        return not self.weak and not other.weak and self.opaque == other.opaque

    def matches_weakly(self, other: "EntityTag") -> bool:
        """Compare for the same meaning (RFC 9110 §8.8.3.2)."""
        return self.opaque == other.opaque


def parse_tag(text: str) -> EntityTag | None:
    """Read exactly one entity tag, or return None."""
    match = _TAG.fullmatch(text.strip(" \t"))
    return None if match is None else EntityTag(match["opaque"], weak=match["weak"] is not None)


def parse_tags(text: str) -> tuple[EntityTag, ...]:
    """Read a list of entity tags; a list that breaks the grammar holds none."""
    tags: list[EntityTag] = []
    position = _skip_separator(text, 0)
    while position < len(text):
        match = _TAG.match(text, position)
        if match is None:
            return ()
        tags.append(EntityTag(match["opaque"], weak=match["weak"] is not None))
        position = _skip_separator(text, match.end())
        if position < len(text) and "," not in text[match.end() : position]:
            return ()
    return tuple(tags)


def _skip_separator(text: str, position: int) -> int:
    while position < len(text) and text[position] in _SEPARATORS:
        position += 1
    return position
