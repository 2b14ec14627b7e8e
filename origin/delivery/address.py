"""What a name below a revision is: its class and its media type, or nothing of ours. Pure.

Below ``growing/`` the same names are other things: playlists change there, and initialization
sections do not know the end yet.

Only names of these shapes are ever looked up, so no URL is a path: what is not written here (the
index, anything with ``..``, percent signs or capitals in it) does not exist.
"""

import re
from dataclasses import dataclass
from typing import Final

from cdn.policy.object_class import ObjectClass
from manifests import layout

HLS_TYPE: Final = "application/vnd.apple.mpegurl"  # RFC 8216 §10
DASH_TYPE: Final = "application/dash+xml"
JSON_TYPE: Final = "application/json"
PODCAST_CHAPTERS_TYPE: Final = "application/json+chapters"
INIT_TYPE: Final = "audio/mp4"

COVER_NAME: Final = r"artwork-[0-9]{1,5}\.jpg"
"""The pictures that came with the sound, which lists show."""


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """What caches and players are told about an object."""

    object_class: ObjectClass
    media_type: str


_Kinds = tuple[tuple[re.Pattern[str], ObjectKind], ...]


def _compiled(*rules: tuple[str, ObjectClass, str]) -> _Kinds:
    return tuple(
        (re.compile(pattern), ObjectKind(object_class, media_type))
        for pattern, object_class, media_type in rules
    )


_INIT_NAME: Final = rf"{layout.ID_PATTERN}/{re.escape(layout.INIT)}"
_PLAYLIST_NAME: Final = rf"{layout.ID_PATTERN}/{re.escape(layout.PLAYLIST)}"
_PACKED_PLAYLIST_NAME: Final = rf"{layout.ID_PATTERN}/{re.escape(layout.PACKED_PLAYLIST)}"
_MULTIVARIANT_NAME: Final = re.escape(layout.MULTIVARIANT)

_KINDS: Final = _compiled(
    (rf"{layout.ID_PATTERN}/[0-9]{{5,9}}\.m4s", ObjectClass.SEGMENT, "video/iso.segment"),
    (rf"{layout.ID_PATTERN}/[0-9]{{5,9}}\.aac", ObjectClass.SEGMENT, "audio/aac"),
    (_INIT_NAME, ObjectClass.INIT, INIT_TYPE),
    (_PLAYLIST_NAME, ObjectClass.MEDIA_PLAYLIST, HLS_TYPE),
    (_MULTIVARIANT_NAME, ObjectClass.MULTIVARIANT_PLAYLIST, HLS_TYPE),
    (_PACKED_PLAYLIST_NAME, ObjectClass.MEDIA_PLAYLIST, HLS_TYPE),
    (re.escape(layout.PACKED_MULTIVARIANT), ObjectClass.MULTIVARIANT_PLAYLIST, HLS_TYPE),
    (re.escape(layout.MPD), ObjectClass.MPD, DASH_TYPE),
    (re.escape(layout.WAVEFORM_JSON), ObjectClass.WAVEFORM, JSON_TYPE),
    (re.escape(layout.WAVEFORM_BINARY), ObjectClass.WAVEFORM, "application/octet-stream"),
    (re.escape(layout.CHAPTERS_JSON), ObjectClass.CHAPTERS, PODCAST_CHAPTERS_TYPE),
    (re.escape(layout.HLS_CHAPTERS_JSON), ObjectClass.CHAPTERS, JSON_TYPE),
    (COVER_NAME, ObjectClass.ARTWORK, "image/jpeg"),
)
_GROWING_KINDS: Final = _compiled(
    (_INIT_NAME, ObjectClass.PROVISIONAL_INIT, INIT_TYPE),
    (_PLAYLIST_NAME, ObjectClass.GROWING_PLAYLIST, HLS_TYPE),
    (_MULTIVARIANT_NAME, ObjectClass.GROWING_PLAYLIST, HLS_TYPE),
)


def kind_of(name: str) -> ObjectKind | None:
    """Return what ``name`` below a revision is, or None where it is not for players."""
    return _found(name, _KINDS)


def growing_kind_of(name: str) -> ObjectKind | None:
    """Return what ``name`` below a revision's growing folder is, or None."""
    return _found(name, _GROWING_KINDS)


def _found(name: str, kinds: _Kinds) -> ObjectKind | None:
    for pattern, kind in kinds:
        if pattern.fullmatch(name):
            return kind
    return None
