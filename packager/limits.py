"""How large, how long and how strange a source may be before it is refused."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Inclusive bounds. Output is bounded by ``duration_s``, for small files can hold hours."""

    size_bytes: int = 5 * 1024**3
    duration_s: int = 12 * 3600
    lowest_rate_hz: int = 8_000
    highest_rate_hz: int = 384_000
    channels: int = 8
