"""EXT-X-DEFINE (rfc8216bis §4.4.2.3): variables, and what stands where they are used."""

from dataclasses import dataclass
from typing import Annotated

from manifests.attribute_values import QUOTED
from manifests.attributes import Attribute
from manifests.errors import ManifestError


@dataclass(frozen=True, slots=True)
class Define:
    """A variable: a name with its value, or the name of one from elsewhere.

    ``imported`` names a variable of the multivariant playlist (IMPORT), ``query_parameter`` a
    parameter of the playlist's own URL (QUERYPARAM).
    """

    name: Annotated[str | None, Attribute("NAME", QUOTED)] = None
    value: Annotated[str | None, Attribute("VALUE", QUOTED)] = None
    imported: Annotated[str | None, Attribute("IMPORT", QUOTED)] = None
    query_parameter: Annotated[str | None, Attribute("QUERYPARAM", QUOTED)] = None

    def __post_init__(self) -> None:
        """Refuse what names no variable, or several."""
        named = [self.name, self.imported, self.query_parameter]
        if sum(name is not None for name in named) != 1:
            raise ManifestError("exactly one of NAME, IMPORT and QUERYPARAM is needed")
        if (self.name is None) != (self.value is None):
            raise ManifestError("NAME and VALUE belong together")

    @property
    def required_version(self) -> int:
        """The least protocol version that knows it (rfc8216bis §8)."""
        return 8 if self.query_parameter is None else 11
