"""EXT-X-START (RFC 8216 §4.3.5.2): where to begin."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from manifests.attribute_values import SIGNED_DECIMAL, YES_NO
from manifests.attributes import Attribute


@dataclass(frozen=True, slots=True)
class Start:
    """A preferred point; a negative offset counts from the end of the last segment."""

    time_offset_s: Annotated[Decimal, Attribute("TIME-OFFSET", SIGNED_DECIMAL)]
    precise: Annotated[bool, Attribute("PRECISE", YES_NO)] = False
