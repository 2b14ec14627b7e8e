"""EXT-X-CONTENT-STEERING (rfc8216bis §4.4.6.6): who tells players which pathway to use."""

from dataclasses import dataclass
from typing import Annotated, Final

from manifests.attribute_values import QUOTED
from manifests.attributes import Attribute

DEFAULT_PATHWAY: Final = "."
"""The pathway of a variant that names none."""


@dataclass(frozen=True, slots=True)
class ContentSteering:
    """The steering manifest's address, and the pathway to use until it has been read."""

    server_uri: Annotated[str, Attribute("SERVER-URI", QUOTED)]
    pathway_id: Annotated[str | None, Attribute("PATHWAY-ID", QUOTED)] = None
