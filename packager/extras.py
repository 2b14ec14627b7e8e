"""What a creator may ask for beside the usual ladder."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Extras:
    """``lossless`` is a rung of FLAC, which a lossy source does not get: a note then says why.

    ``packed_audio`` is every AAC rung as packed audio, too, for players that know no fMP4.
    """

    lossless: bool = False
    packed_audio: bool = False


NO_EXTRAS: Final = Extras()
