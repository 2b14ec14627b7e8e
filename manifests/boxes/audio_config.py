"""What an AAC decoder is told before its first frame (AudioSpecificConfig, ISO/IEC 14496-3)."""

from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import broken

RATES_HZ: Final = (
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
)  # fmt: skip
_EXPLICIT_RATE: Final = 15
_ESCAPED_TYPE: Final = 31
CHANNELS: Final = (None, 1, 2, 3, 4, 5, 6, 8)
"""Of the eight usual layouts, by their codes; None is told elsewhere."""


class _Bits:
    """Bits from the front, most significant first."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        if count > self._left:
            raise broken("esds", "its AudioSpecificConfig is cut short")
        self._left -= count
        return self._value >> self._left & (1 << count) - 1


@dataclass(frozen=True, slots=True)
class AudioConfig:
    """The head of an AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1).

    ``channels`` is None where a program config element would have to say. With SBR announced in
    front, the sample rate is that of the core.
    """

    object_type: int
    sample_rate_hz: int
    channels: int | None

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read an AudioSpecificConfig."""
        bits = _Bits(data[:16])
        object_type = bits.take(5)
        if object_type == _ESCAPED_TYPE:
            object_type = 32 + bits.take(6)
        rate_index = bits.take(4)
        if rate_index == _EXPLICIT_RATE:
            sample_rate_hz = bits.take(24)
        elif rate_index < len(RATES_HZ):
            sample_rate_hz = RATES_HZ[rate_index]
        else:
            raise broken("esds", f"its sampling frequency index {rate_index} is reserved")
        layout = bits.take(4)
        channels = CHANNELS[layout] if layout < len(CHANNELS) else None
        return cls(object_type, sample_rate_hz, channels)
