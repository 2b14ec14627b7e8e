"""What the validator is told of a segment of packed audio."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from manifests.errors import ManifestError
from manifests.packed_audio.adts import (
    CHECKED_HEADER_BYTES,
    AdtsHeader,
    is_adts,
)
from manifests.packed_audio.timestamp_tag import HEADER_BYTES, ID3, tag_bytes, timestamp_of
from manifests.rendition import FRAME_SAMPLES

_SECTION: Final = "RFC 8216 §3.4"


@dataclass(frozen=True, slots=True)
class PackedFacts:
    """A segment of packed audio.

    ``timestamp`` is the number in its first tag, all 64 bits of it, or None without one in front of
    the first frame. The others are None where the frames are not AAC; ``samples`` counts per
    channel, and of what may change from frame to frame the first frame's value is told.
    """

    timestamp: int | None
    samples: int | None = None
    frame_count: int | None = None
    sample_rate_hz: int | None = None

    @property
    def duration_s(self) -> Fraction | None:
        """How long its frames last, None where they are not AAC."""
        if self.samples is None or self.sample_rate_hz is None:
            return None
        return Fraction(self.samples, self.sample_rate_hz)


def read_packed_audio(data: bytes) -> PackedFacts:
    """Read a segment of packed audio; ManifestError where its frames and tags cannot be walked.

    Only AAC is walked: MP3 and AC-3 are left alone after their first tags.
    """
    timestamp, at = _leading_tags(data)
    if not is_adts(data[at : at + CHECKED_HEADER_BYTES]):
        return PackedFacts(timestamp)
    rate_hz: int | None = None
    frame_count = blocks = 0
    while at < len(data):
        if data.startswith(ID3, at):
            at = _tag_end(data, at)
            continue
        header = AdtsHeader.from_bytes(data[at : at + CHECKED_HEADER_BYTES])
        if header.frame_bytes > len(data) - at:
            raise ManifestError("its last frame is cut short", tag="ADTS", section=_SECTION)
        at += header.frame_bytes
        frame_count += 1
        blocks += header.blocks
        rate_hz = rate_hz or header.sample_rate_hz
    return PackedFacts(timestamp, blocks * FRAME_SAMPLES, frame_count, rate_hz)


def _leading_tags(data: bytes) -> tuple[int | None, int]:
    """Return the first timestamp before any frame, and where the frames begin."""
    at = 0
    timestamp: int | None = None
    while data.startswith(ID3, at):
        end = _tag_end(data, at)
        if timestamp is None:
            timestamp = timestamp_of(data[at:end])
        at = end
    return timestamp, at


def _tag_end(data: bytes, at: int) -> int:
    end = at + tag_bytes(data[at : at + HEADER_BYTES])
    if end > len(data):
        raise ManifestError("its last tag is cut short", tag="ID3", section=_SECTION)
    return end
