"""An initialization section as a growing asset has: no duration yet, and no loudness."""

from typing import Final

from packager.publishing.cmaf import initialization_section

PROVISIONAL: Final = initialization_section(
    codec_config=bytes.fromhex("1210"),
    sample_rate_hz=44_100,
    channels=2,
    bitrate_bps=128_000,
    media_time_ticks=1024,
    duration_ticks=0,
    loudness=None,
)
"""Of one AAC track at 44.1 kHz."""
