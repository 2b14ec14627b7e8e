"""Variable substitution (rfc8216bis §4.3): ``{$name}`` becomes what EXT-X-DEFINE says.

It happens to the text, before parsing, since a variable may stand for part of any URI, quoted
string or hexadecimal sequence. A variable is known from its EXT-X-DEFINE on, and its value is not
looked into again. Line numbers stay the same.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from manifests.attribute_values import quote
from manifests.attributes import read_attributes
from manifests.define import Define
from manifests.errors import ManifestError
from manifests.lines import MAX_PLAYLIST_BYTES, decode
from manifests.tags import TAGS

_REFERENCE: Final = re.compile(r"\{\$([A-Za-z0-9_-]+)\}")
_DEFINE: Final = "EXT-X-DEFINE"
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def expand(
    data: bytes, *, imported: Mapping[str, str] = _NOTHING, query: Mapping[str, str] = _NOTHING
) -> bytes:
    """Return the playlist with its variables replaced.

    ``imported`` are the variables of the multivariant playlist that led here, ``query`` the decoded
    parameters of this playlist's own URL. ManifestError where a variable is unknown or defined
    twice, or where the text would become larger than a playlist may be.
    """
    variables = _Variables(imported, query)
    lines: list[str] = []
    for number, line in enumerate(decode(data).split("\n"), 1):
        try:
            lines.append(variables.replace(line))
        except ManifestError as error:
            section = error.section or TAGS[_DEFINE].section
            raise ManifestError(
                error.message, line=number, tag=error.tag, section=section
            ) from error
    return "\n".join(lines).encode()


class _Variables:
    """The variables known so far; lines are shown to it from top to bottom."""

    def __init__(self, imported: Mapping[str, str], query: Mapping[str, str]) -> None:
        self._imported = imported
        self._query = query
        self._known: dict[str, str] = {}
        self._room = MAX_PLAYLIST_BYTES

    def replace(self, line: str) -> str:
        tag, _, attributes = line.rstrip("\r").partition(":")
        if tag == f"#{_DEFINE}":
            self._define(read_attributes(Define, attributes))
        elif not line.startswith("#") or tag.startswith("#EXT"):
            line = _REFERENCE.sub(self._value, line)
        return line

    def _define(self, define: Define) -> None:
        if define.imported is not None:
            name, value = define.imported, self._imported.get(define.imported)
        elif define.query_parameter is not None:
            name, value = define.query_parameter, self._query.get(define.query_parameter)
        else:
            name, value = str(define.name), define.value
        if value is None:
            raise ManifestError(f"nothing gives the variable {name} a value", tag=_DEFINE)
        if name in self._known:
            raise ManifestError(f"the variable {name} is defined twice", tag=_DEFINE)
        quote(value)
        self._known[name] = value

    def _value(self, reference: re.Match[str]) -> str:
        value = self._known.get(reference[1])
        if value is None:
            message = f"the variable {reference[1]} is used before it is defined"
            raise ManifestError(message, section="rfc8216bis §4.3")
        self._room -= len(value)
        if self._room < 0:
            raise ManifestError(f"the playlist would exceed {MAX_PLAYLIST_BYTES} bytes")
        return value
