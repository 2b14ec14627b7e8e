"""The tags of RFC 8216 and rfc8216bis: where each belongs, how often, and its section."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType
from typing import Final


class Kind(Enum):
    """Which playlists a tag may stand in (RFC 8216 §4.1)."""

    EITHER = auto()
    MEDIA = auto()
    MULTIVARIANT = auto()


@dataclass(frozen=True, slots=True)
class TagRule:
    """What the standard says of one tag; ``once`` where a playlist may hold only one of it."""

    kind: Kind
    section: str
    once: bool = False


def _rules(kind: Kind, *, once: bool, **sections: str) -> dict[str, TagRule]:
    return {name.replace("_", "-"): TagRule(kind, at, once) for name, at in sections.items()}


TAGS: Final[Mapping[str, TagRule]] = MappingProxyType(
    _rules(
        Kind.EITHER,
        once=True,
        EXTM3U="RFC 8216 §4.3.1.1",
        EXT_X_VERSION="RFC 8216 §4.3.1.2",
        EXT_X_INDEPENDENT_SEGMENTS="RFC 8216 §4.3.5.1",
        EXT_X_START="RFC 8216 §4.3.5.2",
    )
    | _rules(Kind.EITHER, once=False, EXT_X_DEFINE="rfc8216bis §4.4.2.3")
    | _rules(
        Kind.MEDIA,
        once=True,
        EXT_X_TARGETDURATION="RFC 8216 §4.3.3.1",
        EXT_X_MEDIA_SEQUENCE="RFC 8216 §4.3.3.2",
        EXT_X_DISCONTINUITY_SEQUENCE="RFC 8216 §4.3.3.3",
        EXT_X_ENDLIST="RFC 8216 §4.3.3.4",
        EXT_X_PLAYLIST_TYPE="RFC 8216 §4.3.3.5",
        EXT_X_I_FRAMES_ONLY="RFC 8216 §4.3.3.6",
        EXT_X_PART_INF="rfc8216bis §4.4.3.7",
        EXT_X_SERVER_CONTROL="rfc8216bis §4.4.3.8",
        EXT_X_SKIP="rfc8216bis §4.4.5.2",
    )
    | _rules(
        Kind.MEDIA,
        once=False,
        EXTINF="RFC 8216 §4.3.2.1",
        EXT_X_BYTERANGE="RFC 8216 §4.3.2.2",
        EXT_X_DISCONTINUITY="RFC 8216 §4.3.2.3",
        EXT_X_KEY="RFC 8216 §4.3.2.4",
        EXT_X_MAP="RFC 8216 §4.3.2.5",
        EXT_X_PROGRAM_DATE_TIME="RFC 8216 §4.3.2.6",
        EXT_X_DATERANGE="RFC 8216 §4.3.2.7",
        EXT_X_GAP="rfc8216bis §4.4.4.7",
        EXT_X_BITRATE="rfc8216bis §4.4.4.8",
        EXT_X_PART="rfc8216bis §4.4.4.9",
        EXT_X_PRELOAD_HINT="rfc8216bis §4.4.5.3",
        EXT_X_RENDITION_REPORT="rfc8216bis §4.4.5.4",
    )
    | _rules(
        Kind.MULTIVARIANT,
        once=False,
        EXT_X_MEDIA="RFC 8216 §4.3.4.1",
        EXT_X_STREAM_INF="RFC 8216 §4.3.4.2",
        EXT_X_I_FRAME_STREAM_INF="RFC 8216 §4.3.4.3",
        EXT_X_SESSION_DATA="RFC 8216 §4.3.4.4",
        EXT_X_SESSION_KEY="RFC 8216 §4.3.4.5",
    )
    | _rules(Kind.MULTIVARIANT, once=True, EXT_X_CONTENT_STEERING="rfc8216bis §4.4.6.6")
)
"""By name, without the number sign. Low-latency tags are known here, and otherwise ignored."""
