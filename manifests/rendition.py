"""What an asset is encoded into: codecs, the rungs of a ladder, and the grid they share.

Every rung of a ladder has the same sample rate, the same number of frames in each segment and the
same chunk grid, so that boundaries fall on the same sample in each of them and a player may switch
at any one. The chunk grid belongs to the ladder, not to the machine: the bytes that come out never
depend on how many cores made them.
"""

from dataclasses import dataclass
from enum import StrEnum


class Codec(StrEnum):
    """A codec by its RFC 6381 name."""

    AAC_LC = "mp4a.40.2"
    FLAC = "fLaC"


FRAME_SAMPLES = 1024
"""Samples in one AAC-LC access unit (ISO/IEC 14496-3), and in a FLAC frame of ours."""

AAC_FRAME_BITS_PER_CHANNEL = 6_144
"""The most that an AAC frame holds, and the size of a decoder's buffer (ISO/IEC 14496-3 §4.5.3)."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of the encoding plan. ``name`` is also the rendition's folder.

    ``bitrate_bps`` of a lossless rung is that of its samples as they are, which it hardly ever
    reaches; ``bits_per_sample`` is None but for such a rung.
    """

    name: str
    bitrate_bps: int
    codec: Codec = Codec.AAC_LC
    bits_per_sample: int | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """The encoding plan of one asset, rungs from the lowest bit rate to the highest.

    ``packed_audio`` says that the AAC rungs are published as packed audio (RFC 8216 §3.4), too.
    """

    rungs: tuple[Rung, ...]
    sample_rate_hz: int
    channels: int
    frames_per_segment: int
    target_duration_s: int = 6
    segments_in_first_chunk: int = 1
    segments_per_chunk: int = 10
    packed_audio: bool = False
