"""EXT-X-STREAM-INF and EXT-X-I-FRAME-STREAM-INF (rfc8216bis §4.4.6.2, §4.4.6.3): variants."""

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated, Final

from manifests.attribute_values import (
    DECIMAL,
    INTEGER,
    QUOTED,
    QUOTED_LIST,
    RESOLUTION,
    TOKEN,
    Resolution,
    Syntax,
    Value,
)
from manifests.attributes import Attribute


class NoCaptions(Enum):
    """Says that no variant has closed captions: CLOSED-CAPTIONS=NONE."""

    NONE = "NONE"


def _read_captions(value: Value) -> str | NoCaptions:
    if not value.quoted and value.text == NoCaptions.NONE.value:
        return NoCaptions.NONE
    return str(QUOTED.read(value))


def _write_captions(value: str | NoCaptions) -> str:
    return value.value if isinstance(value, NoCaptions) else QUOTED.write(value)


_CAPTIONS: Final = Syntax(_read_captions, _write_captions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What both kinds of variant say of themselves.

    ``bandwidth_bps`` is the peak segment bit rate and ``average_bandwidth_bps`` the average one,
    container included. ``pathway_id`` None means the pathway ``.``.
    """

    bandwidth_bps: Annotated[int, Attribute("BANDWIDTH", INTEGER)]
    average_bandwidth_bps: Annotated[int | None, Attribute("AVERAGE-BANDWIDTH", INTEGER)] = None
    codecs: Annotated[tuple[str, ...], Attribute("CODECS", QUOTED_LIST)] = ()
    supplemental_codecs: Annotated[str | None, Attribute("SUPPLEMENTAL-CODECS", QUOTED)] = None
    score: Annotated[Decimal | None, Attribute("SCORE", DECIMAL)] = None
    resolution: Annotated[Resolution | None, Attribute("RESOLUTION", RESOLUTION)] = None
    hdcp_level: Annotated[str | None, Attribute("HDCP-LEVEL", TOKEN)] = None
    allowed_cpc: Annotated[str | None, Attribute("ALLOWED-CPC", QUOTED)] = None
    video_range: Annotated[str | None, Attribute("VIDEO-RANGE", TOKEN)] = None
    req_video_layout: Annotated[str | None, Attribute("REQ-VIDEO-LAYOUT", QUOTED)] = None
    stable_variant_id: Annotated[str | None, Attribute("STABLE-VARIANT-ID", QUOTED)] = None
    video: Annotated[str | None, Attribute("VIDEO", QUOTED)] = None
    pathway_id: Annotated[str | None, Attribute("PATHWAY-ID", QUOTED)] = None
    name: Annotated[str | None, Attribute("NAME", QUOTED)] = None
    """Not of the standard; players show it as the quality's name."""

    @property
    def required_version(self) -> int:
        """The least protocol version that knows all of it (rfc8216bis §8)."""
        return 1 if self.req_video_layout is None else 12


@dataclass(frozen=True, slots=True)
class Variant(Stream):
    """A variant stream: its media playlist, and the groups that it may be played with."""

    uri: str
    audio: Annotated[str | None, Attribute("AUDIO", QUOTED)] = None
    subtitles: Annotated[str | None, Attribute("SUBTITLES", QUOTED)] = None
    closed_captions: Annotated[str | NoCaptions | None, Attribute("CLOSED-CAPTIONS", _CAPTIONS)] = (
        None
    )
    frame_rate: Annotated[Decimal | None, Attribute("FRAME-RATE", DECIMAL)] = None


@dataclass(frozen=True, slots=True)
class IFrameVariant(Stream):
    """A media playlist of I-frames alone."""

    uri: Annotated[str, Attribute("URI", QUOTED)]
