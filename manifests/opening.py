"""How every playlist begins (RFC 8216 §4.3.1, §4.3.5).

EXT-X-VERSION is the lowest version that knows all that the playlist uses, so that no player turns
away from a playlist that it could play. Version 1 needs no tag (RFC 8216 §4.3.1.2).
"""

from collections.abc import Iterator
from typing import Protocol

from manifests.attributes import write_attributes
from manifests.define import Define
from manifests.lines import tag_line
from manifests.start import Start


class Playlist(Protocol):
    """What both kinds of playlist have in common."""

    @property
    def required_version(self) -> int:
        """The version that is written."""

    @property
    def independent_segments(self) -> bool:
        """EXT-X-INDEPENDENT-SEGMENTS."""

    @property
    def defines(self) -> tuple[Define, ...]:
        """EXT-X-DEFINE."""

    @property
    def start(self) -> Start | None:
        """EXT-X-START."""


def opening(playlist: Playlist) -> Iterator[str]:
    """Write the tags that may open a playlist of either kind."""
    yield tag_line("EXTM3U")
    if playlist.required_version > 1:
        yield tag_line("EXT-X-VERSION", playlist.required_version)
    for define in playlist.defines:
        yield tag_line("EXT-X-DEFINE", write_attributes(define))
    if playlist.independent_segments:
        yield tag_line("EXT-X-INDEPENDENT-SEGMENTS")
    if playlist.start is not None:
        yield tag_line("EXT-X-START", write_attributes(playlist.start))
