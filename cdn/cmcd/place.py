"""What a request asked for, by its path alone: an object of a revision, or something before it."""

import re
from dataclasses import dataclass
from typing import Final

from manifests.layout import GROWING_PREFIX, ID_PATTERN, INIT, MEDIA_PREFIX

_PREFIX: Final = r"(?:/t/[^/]+)?"  # of a playback token
_OBJECT: Final = re.compile(
    rf"{_PREFIX}/(?:{MEDIA_PREFIX}|{GROWING_PREFIX})/({ID_PATTERN})/{ID_PATTERN}"
    rf"/(?:({ID_PATTERN})/)?([a-z0-9._-]+)"
)
_ENTRY: Final = re.compile(rf"{_PREFIX}/({ID_PATTERN})\.(?:packed\.m3u8|m3u8|mpd)")
_SEGMENT: Final = re.compile(r"([0-9]{5,9})\.(?:m4s|aac)")


@dataclass(frozen=True, slots=True)
class Place:
    """An asset's object; ``number`` is that of a segment, and None of all else.

    What leads to an asset by its playback id alone has no ``asset_id``.
    """

    asset_id: str | None
    rung: str | None
    number: int | None
    is_init: bool = False


def place_of(path: str) -> Place | None:
    """Return what is at a path without its query; None for what no player fetches to play."""
    found = _OBJECT.fullmatch(path)
    if found is None:
        return None if _ENTRY.fullmatch(path) is None else Place(None, None, None)
    asset_id, rung, name = found.groups()
    segment = _SEGMENT.fullmatch(name) if rung else None
    if segment is not None:
        return Place(asset_id, rung, int(segment[1]))
    if name == INIT:
        return Place(asset_id, rung, None, is_init=True)
    return Place(asset_id, rung, None) if name.endswith((".m3u8", ".mpd")) else None
