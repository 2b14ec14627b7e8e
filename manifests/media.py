"""EXT-X-MEDIA (rfc8216bis §4.4.6.1): alternative renditions, in groups."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from manifests.attribute_values import INTEGER, QUOTED, QUOTED_LIST, YES_NO, enumerated
from manifests.attributes import Attribute


class MediaType(StrEnum):
    """What a rendition carries."""

    AUDIO = "AUDIO"
    VIDEO = "VIDEO"
    SUBTITLES = "SUBTITLES"
    CLOSED_CAPTIONS = "CLOSED-CAPTIONS"


@dataclass(frozen=True, slots=True)
class Media:
    """One rendition of a group. Without a URI, it is inside the variants that name the group."""

    type: Annotated[MediaType, Attribute("TYPE", enumerated(MediaType))]
    group_id: Annotated[str, Attribute("GROUP-ID", QUOTED)]
    name: Annotated[str, Attribute("NAME", QUOTED)]
    uri: Annotated[str | None, Attribute("URI", QUOTED)] = None
    language: Annotated[str | None, Attribute("LANGUAGE", QUOTED)] = None
    assoc_language: Annotated[str | None, Attribute("ASSOC-LANGUAGE", QUOTED)] = None
    stable_rendition_id: Annotated[str | None, Attribute("STABLE-RENDITION-ID", QUOTED)] = None
    default: Annotated[bool, Attribute("DEFAULT", YES_NO)] = False
    autoselect: Annotated[bool, Attribute("AUTOSELECT", YES_NO)] = False
    forced: Annotated[bool, Attribute("FORCED", YES_NO)] = False
    instream_id: Annotated[str | None, Attribute("INSTREAM-ID", QUOTED)] = None
    bit_depth: Annotated[int | None, Attribute("BIT-DEPTH", INTEGER)] = None
    sample_rate_hz: Annotated[int | None, Attribute("SAMPLE-RATE", INTEGER)] = None
    characteristics: Annotated[tuple[str, ...], Attribute("CHARACTERISTICS", QUOTED_LIST)] = ()
    channels: Annotated[str | None, Attribute("CHANNELS", QUOTED)] = None

    @property
    def required_version(self) -> int:
        """The least protocol version that knows all of it (rfc8216bis §8)."""
        if self.instream_id is None:
            return 1
        if self.type is not MediaType.CLOSED_CAPTIONS:
            return 13
        return 7 if self.instream_id.startswith("SERVICE") else 1
