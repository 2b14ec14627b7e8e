"""EXT-X-KEY and EXT-X-SESSION-KEY (RFC 8216 §4.3.2.4, §4.3.4.5): how segments are encrypted."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from manifests.attribute_values import IV, QUOTED, enumerated
from manifests.attributes import Attribute


class KeyMethod(StrEnum):
    """How the bytes are encrypted. NONE is no method: a segment without keys is in the clear."""

    AES_128 = "AES-128"
    SAMPLE_AES = "SAMPLE-AES"
    SAMPLE_AES_CTR = "SAMPLE-AES-CTR"


IDENTITY: Final = "identity"
"""The key format where none is given: the key's 16 bytes are at its URI."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key; ``iv`` is 16 bytes, None where it follows from the media sequence number."""

    method: Annotated[KeyMethod, Attribute("METHOD", enumerated(KeyMethod))]
    uri: Annotated[str, Attribute("URI", QUOTED)]
    iv: Annotated[bytes | None, Attribute("IV", IV)] = None
    keyformat: Annotated[str, Attribute("KEYFORMAT", QUOTED)] = IDENTITY
    keyformatversions: Annotated[str, Attribute("KEYFORMATVERSIONS", QUOTED)] = "1"

    @property
    def required_version(self) -> int:
        """The least protocol version that knows all of this key (RFC 8216 §7)."""
        if self.method in {KeyMethod.SAMPLE_AES, KeyMethod.SAMPLE_AES_CTR}:
            return 5
        if (self.keyformat, self.keyformatversions) != (IDENTITY, "1"):
            return 5
        return 1 if self.iv is None else 2
