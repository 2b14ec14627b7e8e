"""EXT-X-SESSION-DATA (RFC 8216 §4.3.4.4): facts about the presentation for the application."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

from manifests.attribute_values import QUOTED, enumerated
from manifests.attributes import Attribute


class SessionDataFormat(StrEnum):
    """What is at the URI."""

    JSON = "JSON"
    RAW = "RAW"


@dataclass(frozen=True, slots=True)
class SessionData:
    """One fact under a reverse-DNS name: a value, or the URI of one."""

    data_id: Annotated[str, Attribute("DATA-ID", QUOTED)]
    value: Annotated[str | None, Attribute("VALUE", QUOTED)] = None
    uri: Annotated[str | None, Attribute("URI", QUOTED)] = None
    format: Annotated[SessionDataFormat, Attribute("FORMAT", enumerated(SessionDataFormat))] = (
        SessionDataFormat.JSON
    )
    language: Annotated[str | None, Attribute("LANGUAGE", QUOTED)] = None
