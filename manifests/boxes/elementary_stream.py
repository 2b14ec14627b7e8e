"""How an MPEG-4 sound is decoded (``esds``)."""

import struct
from dataclasses import dataclass
from typing import Final, Self

from manifests.boxes.audio_config import AudioConfig
from manifests.boxes.box import FULL_BOX_BYTES, Box, Fields, broken, full_box

MPEG4_AUDIO: Final = 0x40
"""The object type indication of ISO/IEC 14496-3, of which AAC is a part."""

_ES: Final = 3
_DECODER_CONFIG: Final = 4
_DECODER_SPECIFIC: Final = 5
_SYNC_LAYER: Final = 6
_AUDIO_STREAM: Final = 0x15
_MP4_SYNC_LAYER: Final = b"\x02"
_SEVEN_BITS: Final = 0x7F
_MORE: Final = 0x80
_DEPENDS_ON_STREAM: Final = 0x80
_HAS_URL: Final = 0x40
_HAS_CLOCK_STREAM: Final = 0x20


@dataclass(frozen=True, slots=True)
class ElementaryStream:
    """An ESDBox (ISO/IEC 14496-14 §6.7, descriptors of ISO/IEC 14496-1 §7.2.6)."""

    codec_config: bytes
    buffer_bytes: int
    max_bitrate_bps: int
    average_bitrate_bps: int
    object_type: int = MPEG4_AUDIO

    @property
    def audio_config(self) -> AudioConfig | None:
        """Its AudioSpecificConfig, where it is MPEG-4 audio and has one."""
        if self.object_type != MPEG4_AUDIO or not self.codec_config:
            return None
        return AudioConfig.decode(self.codec_config)

    @property
    def codec(self) -> str:
        """Its name in a CODECS attribute (RFC 6381 §3.3)."""
        config = self.audio_config
        return f"mp4a.{self.object_type:02X}" + (f".{config.object_type}" if config else "")

    def encode(self) -> bytes:
        """Write it."""
        rates = struct.pack(">II", self.max_bitrate_bps, self.average_bitrate_bps)
        decoder = _descriptor(
            _DECODER_CONFIG,
            bytes((self.object_type, _AUDIO_STREAM)),
            self.buffer_bytes.to_bytes(3, "big"),
            rates,
            _descriptor(_DECODER_SPECIFIC, self.codec_config),
        )
        layer = _descriptor(_SYNC_LAYER, _MP4_SYNC_LAYER)
        # In a file the ES_ID is zero: the track's id takes its place (ISO/IEC 14496-14 §4.1.2).
        return full_box("esds", 0, 0, _descriptor(_ES, bytes(3), decoder, layer))

    @classmethod
    def decode(cls, found: Box) -> Self:
        """Read an ``esds`` box."""
        fields = found.fields()
        fields.skip(FULL_BOX_BYTES)
        stream = _expect(fields, _ES)
        stream.skip(2)
        _skip_options(stream)
        decoder = _expect(stream, _DECODER_CONFIG)
        object_type = decoder.unsigned(1)
        decoder.skip(1)
        buffer_bytes = decoder.unsigned(3)
        max_bps, average_bps = decoder.words(2)
        config = b""
        if decoder.remaining:
            specific = _expect(decoder, _DECODER_SPECIFIC)
            config = specific.octets(specific.remaining)
        return cls(config, buffer_bytes, max_bps, average_bps, object_type)


def _skip_options(stream: Fields) -> None:
    flags = stream.unsigned(1)
    if flags & _DEPENDS_ON_STREAM:
        stream.skip(2)
    if flags & _HAS_URL:
        stream.skip(stream.unsigned(1))
    if flags & _HAS_CLOCK_STREAM:
        stream.skip(2)


def _descriptor(tag: int, *parts: bytes) -> bytes:
    payload = b"".join(parts)
    size = bytes((len(payload) & _SEVEN_BITS,))
    rest = len(payload) >> 7
    while rest:
        size = bytes((rest & _SEVEN_BITS | _MORE,)) + size
        rest >>= 7
    return bytes((tag,)) + size + payload


def _expect(fields: Fields, tag: int) -> Fields:
    """Read a descriptor's tag and its size, seven bits at a time (ISO/IEC 14496-1 §8.3.3)."""
    found = fields.unsigned(1)
    if found != tag:
        raise broken(fields.kind, f"has descriptor {found} where {tag} belongs")
    size = 0
    for _ in range(4):
        byte = fields.unsigned(1)
        size = size << 7 | byte & _SEVEN_BITS
        if not byte & _MORE:
            break
    return fields.within(size)
