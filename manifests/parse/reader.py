"""What the readers of both kinds share: following the lines, and the tags that may be in either."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

from manifests.attribute_values import read_integer
from manifests.attributes import read_attributes
from manifests.define import Define
from manifests.errors import ManifestError
from manifests.lines import Line, Tag
from manifests.start import Start
from manifests.tags import TAGS


class PlaylistReader(ABC):
    """Collects the fields of a playlist: each tag's value goes to its handler, URIs to ``_uri``.

    ``_last_at`` is the line of each tag's last occurrence.
    """

    def __init__(self) -> None:
        self._defines: list[Define] = []
        self._fields: dict[str, Any] = {}
        self._last_at: dict[str, int] = {}
        self._handlers: dict[str, Callable[[str], None]] = {
            "EXT-X-VERSION": self._whole("version"),
            "EXT-X-INDEPENDENT-SEGMENTS": self._flag("independent_segments"),
            "EXT-X-START": self._start,
            "EXT-X-DEFINE": lambda value: self._defines.append(read_attributes(Define, value)),
        }

    @abstractmethod
    def _uri(self, text: str) -> None:
        """Take a line that is a URI."""

    def _follow(self, lines: Iterable[Line]) -> None:
        for line in lines:
            try:
                if not isinstance(line, Tag):
                    self._uri(line.text)
                elif handler := self._handlers.get(line.name):
                    self._last_at[line.name] = line.line
                    handler(line.value)
            except ManifestError as error:
                raise _placed(error, line) from error

    def _without_uri(self, tag: str, noun: str) -> ManifestError:
        """Return what is wrong with a tag that waited for a URI until the end."""
        return ManifestError(
            f"the last {noun} has no URI",
            line=self._last_at[tag],
            tag=tag,
            section=TAGS[tag].section,
        )

    def _whole(self, field: str) -> Callable[[str], None]:
        def handle(value: str) -> None:
            self._fields[field] = read_integer(value.strip(" "))

        return handle

    def _flag(self, field: str) -> Callable[[str], None]:
        def handle(_value: str) -> None:
            self._fields[field] = True

        return handle

    def _start(self, value: str) -> None:
        self._fields["start"] = read_attributes(Start, value)


def _placed(error: ManifestError, line: Line) -> ManifestError:
    tag = line.name if isinstance(line, Tag) else error.tag
    rule = TAGS.get(tag) if tag else None
    section = error.section or (rule.section if rule else None)
    return ManifestError(error.message, line=line.line, tag=tag, section=section)
