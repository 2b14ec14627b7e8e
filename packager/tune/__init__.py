"""A short tune, synthesised: something to package and play for whoever has no file at hand.

The file is a WAV with an ID3 chunk, so that title and cover travel the way that a real song's do.
Nothing is random: the same version gives the same bytes.
"""

import struct
from typing import Final

import numpy as np

from packager.tune.cover import cover_jpeg
from packager.tune.melody import SAMPLE_RATE_HZ, melody

TITLE: Final = "First Light"
ARTIST: Final = "soundbridge"
_PEAK: Final = 0.7 * 32_767


def tune_wav() -> bytes:
    """Return the tune as a 16-bit stereo WAV file."""
    sound = np.rint(melody() * _PEAK).astype("<i2")
    return _wav(sound.T.tobytes(), channels=sound.shape[0], id3=_id3_tag())


def _id3_tag() -> bytes:
    """Return an ID3v2.3 tag with title, artist and cover (id3.org, ID3v2.3.0 §3 and §4)."""
    picture = b"\x00image/jpeg\x00\x03\x00" + cover_jpeg()
    frames = (
        _id3_frame(b"TIT2", b"\x00" + TITLE.encode("latin-1"))
        + _id3_frame(b"TPE1", b"\x00" + ARTIST.encode("latin-1"))
        + _id3_frame(b"APIC", picture)
    )
    size = len(frames)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\x00\x00" + synchsafe + frames


def _id3_frame(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">IH", len(body), 0) + body


def _wav(samples: bytes, *, channels: int, id3: bytes) -> bytes:
    """Return a RIFF/WAVE file of 16-bit samples with an ID3 chunk before the sound."""
    block = 2 * channels
    layout = struct.pack("<HHIIHH", 1, channels, SAMPLE_RATE_HZ, SAMPLE_RATE_HZ * block, block, 16)
    chunks = _chunk(b"fmt ", layout) + _chunk(b"id3 ", id3) + _chunk(b"data", samples)
    return _chunk(b"RIFF", b"WAVE" + chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)
