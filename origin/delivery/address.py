"""What a name below a revision is: its class and its media type, or nothing of ours. Pure.

Only names of these shapes are ever looked up, so no URL is a path: what is not written here (the
index, anything with ``..``, percent signs or capitals in it) does not exist.
"""

import re
from dataclasses import dataclass
from typing import Final

from cdn.policy import ObjectClass
from manifests import layout

HLS_TYPE: Final = "application/vnd.apple.mpegurl"  # RFC 8216 §10
DASH_TYPE: Final = "application/dash+xml"
JSON_TYPE: Final = "application/json"


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """What caches and players are told about an object."""

    object_class: ObjectClass
    media_type: str


_KINDS: Final = tuple(
    (re.compile(pattern), ObjectKind(object_class, media_type))
    for pattern, object_class, media_type in (
        (rf"{layout.ID_PATTERN}/[0-9]{{5,9}}\.m4s", ObjectClass.SEGMENT, "video/iso.segment"),
        (rf"{layout.ID_PATTERN}/{re.escape(layout.INIT)}", ObjectClass.INIT, "audio/mp4"),
        (
            rf"{layout.ID_PATTERN}/{re.escape(layout.PLAYLIST)}",
            ObjectClass.MEDIA_PLAYLIST,
            HLS_TYPE,
        ),
        (re.escape(layout.MULTIVARIANT), ObjectClass.MULTIVARIANT_PLAYLIST, HLS_TYPE),
        (re.escape(layout.MPD), ObjectClass.MPD, DASH_TYPE),
        (re.escape(layout.WAVEFORM_JSON), ObjectClass.WAVEFORM, JSON_TYPE),
        (re.escape(layout.WAVEFORM_BINARY), ObjectClass.WAVEFORM, "application/octet-stream"),
        (r"artwork-[0-9]{1,5}\.jpg", ObjectClass.ARTWORK, "image/jpeg"),
    )
)


def kind_of(name: str) -> ObjectKind | None:
    """Return what ``name`` below a revision is, or None where it is not for players."""
    for pattern, kind in _KINDS:
        if pattern.fullmatch(name):
            return kind
    return None
