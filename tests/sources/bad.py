"""Sources that are no use, or no good: each function writes one to a path and returns that path.

They are small and made the way they come about: real files that were cut, renamed or patched.
"""

import random
import struct
import zipfile
from pathlib import Path

import numpy as np

from tests.sources.audio import converted
from tests.sources.sine import write_sine

SIBLING = "sibling.wav"


def wav(
    path: Path,
    data: bytes = b"\0" * 176_400,
    *,
    form: int = 1,
    channels: int = 2,
    rate_hz: int = 44_100,
    bits: int = 16,
    block_align: int | None = None,
    declared_bytes: int | None = None,
) -> Path:
    """Write a WAV whose header may say anything."""
    align = channels * bits // 8 if block_align is None else block_align
    declared = len(data) if declared_bytes is None else declared_bytes
    average = rate_hz * align & 0xFFFFFFFF
    header = struct.pack("<HHIIHH", form, channels, rate_hz, average, align & 0xFFFF, bits)
    body = b"WAVEfmt " + struct.pack("<I", 16) + header + b"data" + struct.pack("<I", declared)
    riff_bytes = min(len(body) + declared, 0xFFFFFFFF)
    path.write_bytes(b"RIFF" + struct.pack("<I", riff_bytes) + body + data)
    return path


def float_wav(
    path: Path, *, value: float, kind: type[np.floating] = np.float32, duration_s: int = 1
) -> Path:
    """Write a sound that is fine but for one sample near its end."""
    sound = (np.sin(np.arange(44_100 * duration_s) / 10) / 2).astype(kind)
    sound[-100] = value
    return wav(path, sound.tobytes(), form=3, channels=1, bits=8 * sound.itemsize)


def cut(path: Path, *options: str, share: float = 0.6) -> Path:
    """Write a real file without its end."""
    whole = write_sine(path, *options, duration_s=4).read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    return path


def broken_at_the_end(source: Path, path: Path, share: float = 0.9) -> Path:
    """Write ``source`` in the format that ``path`` names, without its end."""
    converted(source, path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


def words(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


def with_sibling(path: Path, *lines: str) -> Path:
    """Write a text that names a sound beside it, which is there and fine."""
    write_sine(path.with_name(SIBLING))
    return words(path, *lines)


def noise(path: Path) -> Path:
    path.write_bytes(random.Random(4).randbytes(100_000))  # noqa: S311 - no secret, the same each time
    return path


def zip_archive(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("song.wav", b"RIFF")
    return path


def flac_claiming(path: Path, *, samples: int) -> Path:
    """Write a real FLAC whose STREAMINFO tells another number of samples (RFC 9639 §8.2)."""
    data = bytearray(write_sine(path).read_bytes())
    packed = int.from_bytes(data[18:26], "big") >> 36 << 36 | samples
    data[18:26] = packed.to_bytes(8, "big")
    path.write_bytes(data)
    return path


def without_frames(path: Path) -> Path:
    """Write a FLAC that ends with its metadata."""
    data = write_sine(path).read_bytes()
    path.write_bytes(data[: data.index(b"\xff\xf8")])
    return path


def chained_ogg(path: Path) -> Path:
    """Write an Ogg whose second link has another sample rate."""
    vorbis = ("-c:a", "vorbis", "-strict", "-2", "-ac", "2")
    first = write_sine(path.with_name("1.ogg"), *vorbis).read_bytes()
    second = write_sine(path.with_name("2.ogg"), *vorbis, "-ar", "48000").read_bytes()
    path.write_bytes(first + second)
    return path


def silent_video(path: Path) -> Path:
    picture = ("-f", "lavfi", "-i", "testsrc=size=64x64:duration=1")
    return write_sine(path, "-map", "1:v", "-c:v", "mpeg4", inputs=picture)


def patched(path: Path, name: bytes, offset: int, value: bytes) -> Path:
    """Overwrite ``value`` behind the first box called ``name`` in a real MP4."""
    data = bytearray(write_sine(path).read_bytes())
    start = data.index(name) + len(name) + offset
    data[start : start + len(value)] = value
    path.write_bytes(data)
    return path


def external_reference(path: Path) -> Path:
    """Write an MP4 whose samples are said to lie in another file (an alias in its ``dref``).

    The other file is there, and its samples are at the same offsets.
    """
    outside = path.with_name("outside.m4a")
    data = write_sine(outside).read_bytes()
    where = str(outside).encode()
    where += b"\0" * (len(where) % 2)
    record = bytes(10) + bytes(28) + bytes(12) + bytes(64) + bytes(16) + bytes(4) + bytes(16)
    record += struct.pack(">HH", 2, len(where)) + where + struct.pack(">hH", -1, 0)
    alias = struct.pack(">I4sI", 12 + len(record), b"alis", 0) + record
    url = struct.pack(">I4sI", 12, b"url ", 1)
    moov = data[data.index(b"moov") - 4 :].replace(url, alias, 1)
    for box in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"):
        at = moov.index(box) - 4
        size = int.from_bytes(moov[at : at + 4], "big") + len(alias) - len(url)
        moov = moov[:at] + size.to_bytes(4, "big") + moov[at + 4 :]
    own = data[: data.index(b"mdat") - 4]
    path.write_bytes(own + moov)
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


def tags_alone(path: Path) -> Path:
    path.write_bytes(b"ID3\x03\x00\x00\x00\x00\x00\x10TIT2\x00\x00\x00\x06\x00\x00\x00Title")
    return path


def zeros(path: Path) -> Path:
    path.write_bytes(bytes(200_000))
    return path
