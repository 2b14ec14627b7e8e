"""What a track's samples are coded in (``stsd`` and the sample entry inside of it)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.box import FULL_BOX_BYTES, Box, box, broken, full_box
from manifests.boxes.elementary_stream import ElementaryStream
from manifests.boxes.stream_info import StreamInfo

_AAC: Final = "mp4a"
_FLAC: Final = "fLaC"
_ENTRY_COUNT_BYTES: Final = 4
_SOUND_FIELDS_BYTES: Final = 28
_RATE_MAX_HZ: Final = 0xFFFF
_AAC_BITS_PER_SAMPLE: Final = 16
"""What ISO/IEC 14496-14 §6.7.2 has everybody write, whatever the samples are."""


@dataclass(frozen=True, slots=True)
class AudioSampleEntry:
    """The first sample entry of a sound (ISO/IEC 14496-12 §12.2.3).

    ``coding`` is its four-character code: ``enca`` hides the original one, which is then in
    ``original_coding`` beside the scheme that protects it (ISO/IEC 14496-12 §8.12).
    """

    coding: str
    channels: int
    sample_rate_hz: int
    stream: ElementaryStream | None = None
    original_coding: str | None = None
    encryption_scheme: str | None = None
    stream_info: StreamInfo | None = None

    @property
    def codec(self) -> str:
        """Its name in a CODECS attribute (RFC 6381); for most codings, the code itself."""
        return self.stream.codec if self.stream else self.original_coding or self.coding

    @property
    def average_bitrate_bps(self) -> int | None:
        """What its elementary stream says of the bit rate."""
        return self.stream.average_bitrate_bps if self.stream else None

    @property
    def decoded_rate_hz(self) -> int:
        """The rate that its decoder is set to, which knows better than the entry."""
        config = self.stream_info or (self.stream.audio_config if self.stream else None)
        return config.sample_rate_hz if config else self.sample_rate_hz

    @property
    def decoded_channels(self) -> int:
        """The channels that its decoder is set to, which knows better than the entry."""
        config = self.stream_info or (self.stream.audio_config if self.stream else None)
        return (config and config.channels) or self.channels

    @classmethod
    def decode(cls, entry: Box) -> Self:
        """Read a sample entry of a track that holds sound."""
        fields = entry.fields()
        fields.skip(16)
        channels = fields.unsigned(2)
        fields.skip(6)
        sample_rate_hz = fields.unsigned(4) >> 16
        stream: ElementaryStream | None = None
        stream_info: StreamInfo | None = None
        original: str | None = None
        scheme: str | None = None
        for child in entry.children(skip=_SOUND_FIELDS_BYTES):
            if child.kind == "esds":
                stream = ElementaryStream.decode(child)
            elif child.kind == "dfLa":
                stream_info = StreamInfo.decode(child)
            elif child.kind == "sinf":
                original, scheme = _protection(child)
        return cls(entry.kind, channels, sample_rate_hz, stream, original, scheme, stream_info)


def _protection(sinf: Box) -> tuple[str, str | None]:
    scheme: str | None = None
    schm = sinf.find("schm")
    if schm is not None:
        fields = schm.fields()
        fields.skip(FULL_BOX_BYTES)
        scheme = fields.character_code()
    return sinf.child("frma").fields().character_code(), scheme


def first_sample_entry(stsd: Box) -> Box:
    """Return the first entry of a SampleDescriptionBox (ISO/IEC 14496-12 §8.5.2)."""
    entry = next(stsd.children(skip=FULL_BOX_BYTES + _ENTRY_COUNT_BYTES), None)
    if entry is None:
        raise broken(stsd.kind, "describes no sample")
    return entry


def encode_aac(stream: ElementaryStream, *, channels: int, sample_rate_hz: int) -> bytes:
    """Write a ``stsd`` box with one AAC sample entry."""
    sound = _sound_fields(channels, _AAC_BITS_PER_SAMPLE, sample_rate_hz)
    return _only(box(_AAC, sound, stream.encode()))


def encode_flac(info: StreamInfo) -> bytes:
    """Write a ``stsd`` box with one FLAC sample entry (FLAC in ISO-BMFF §3.3.1)."""
    sound = _sound_fields(info.channels, info.bits_per_sample, info.sample_rate_hz)
    return _only(box(_FLAC, sound, info.encode()))


def _sound_fields(channels: int, bits_per_sample: int, sample_rate_hz: int) -> bytes:
    # A rate that does not fit is left to the decoder's own configuration.
    rate = sample_rate_hz if sample_rate_hz <= _RATE_MAX_HZ else 0
    return struct.pack(">6xH8xHH4xI", 1, channels, bits_per_sample, rate << 16)


def _only(entry: bytes) -> bytes:
    return full_box("stsd", 0, 0, struct.pack(">I", 1), entry)
