"""The lines of a playlist: tags and URIs (RFC 8216 §4.1).

``lex`` knows nothing of what the tags mean, so a playlist that cannot be parsed can still be looked
at line by line. Comments and blank lines are dropped; line numbers count all lines.
"""

import re
from dataclasses import dataclass
from typing import Final

from manifests.errors import ManifestError

SECTION: Final = "RFC 8216 §4.1"
MAX_PLAYLIST_BYTES: Final = 16 * 1024 * 1024
"""A day of six-second segments takes less than one."""

_FORBIDDEN: Final = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")
_UNWRITABLE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, its name without the number sign; ``value`` is what follows the colon, or empty."""

    line: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Uri:
    """A line that is neither a tag nor a comment."""

    line: int
    text: str


Line = Tag | Uri


def lex(data: bytes) -> list[Line]:
    """Return a playlist's tags and URIs, in order; ManifestError where it is not one of text."""
    lines: list[Line] = []
    for number, text in enumerate(decode(data).split("\n"), 1):
        if text.startswith("#"):
            if text.startswith("#EXT"):
                name, _, value = text.removesuffix("\r").partition(":")
                lines.append(Tag(number, name[1:].rstrip(" "), value))
        elif stripped := text.strip(" \r"):
            lines.append(Uri(number, stripped))
    return lines


def decode(data: bytes) -> str:
    """Return a playlist's text; ManifestError where it holds what no playlist may hold."""
    if len(data) > MAX_PLAYLIST_BYTES:
        raise ManifestError(f"the playlist is larger than {MAX_PLAYLIST_BYTES} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ManifestError("the text is not UTF-8", line=line, section=SECTION) from error
    if text.startswith("\ufeff"):
        raise ManifestError("the text begins with a byte order mark", line=1, section=SECTION)
    if found := _FORBIDDEN.search(text):
        message = f"the control character U+{ord(found[0]):04X} is not allowed"
        raise ManifestError(message, line=text.count("\n", 0, found.start()) + 1, section=SECTION)
    return text


def tag_line(name: str, value: str | int | None = None) -> str:
    """Spell a tag, with its value if it has one."""
    text = f"#{name}" if value is None else f"#{name}:{value}"
    if _UNWRITABLE.search(text):
        raise ManifestError("a tag cannot hold control characters", tag=name, section=SECTION)
    return text


def uri_line(uri: str) -> str:
    """Spell a URI, which must not read as a comment or a blank line."""
    if not uri or uri.startswith("#") or uri != uri.strip(" ") or _UNWRITABLE.search(uri):
        raise ManifestError(f"{uri[:40]!r} cannot stand on a line as a URI", section=SECTION)
    return uri
