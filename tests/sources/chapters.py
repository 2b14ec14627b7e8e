"""Sources that have chapters, written by ffmpeg n8.1 or, where it cannot, byte by byte."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.sources.id3 import LATIN_1, frame, header
from tests.sources.sine import write_sine

NO_OFFSETS = b"\xff" * 8


class Mark(NamedTuple):
    """A chapter as it is written into a file."""

    start_ms: int
    end_ms: int
    title: str


def with_chapters(path: Path, marks: Sequence[Mark], *codec: str, duration_s: int = 10) -> Path:
    """Write a tone with chapters, in the format of the suffix."""
    lines = [";FFMETADATA1"]
    for start_ms, end_ms, title in marks:
        lines += ["[CHAPTER]", "TIMEBASE=1/1000", f"START={start_ms}", f"END={end_ms}"]
        lines.append(f"title={title}")
    told = path.with_suffix(".txt")
    told.write_text("\n".join(lines))
    inputs = ("-i", str(told), "-map_chapters", "1", "-map", "0:a")
    return write_sine(path, *codec, inputs=inputs, duration_s=duration_s)


def with_comments(path: Path, comments: Sequence[tuple[str, str]], *codec: str) -> Path:
    """Write a tone with Vorbis comments."""
    flags = [part for name, value in comments for part in ("-metadata", f"{name}={value}")]
    return write_sine(path, *codec, *flags, duration_s=10)


def with_id3(path: Path, *frames: bytes, version: int = 3, flags: int = 0) -> Path:
    """Write an MP3 that begins with an ID3 tag of these frames."""
    path.write_bytes(header(b"".join(frames), version=version, flags=flags) + _mp3_without_tag())
    return path


@cache
def _mp3_without_tag() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.mp3"
        return write_sine(path, "-id3v2_version", "0", duration_s=10).read_bytes()


def chap(frame_id: str, start_ms: int, end_ms: int, title: str | None = None) -> bytes:
    """Write an ID3 chapter, with a title or without."""
    times = start_ms.to_bytes(4, "big") + end_ms.to_bytes(4, "big") + NO_OFFSETS
    titled = b"" if title is None else frame("TIT2", LATIN_1 + title.encode("latin-1"))
    return frame("CHAP", frame_id.encode() + b"\0" + times + titled)


def ctoc(frame_id: str, *children: str, count: int | None = None) -> bytes:
    """Write an ID3 table of contents."""
    number = len(children) if count is None else count
    listed = b"".join(child.encode() + b"\0" for child in children)
    return frame("CTOC", frame_id.encode() + bytes([0, 3, number]) + listed)


def with_cue_sheet(path: Path, starts: Sequence[int]) -> Path:
    """Write a FLAC with a CUESHEET block (RFC 9639 §8.7) of tracks that begin at these samples."""
    data = write_sine(path, duration_s=10).read_bytes()
    tracks = b"".join(_cue_track(start, number) for number, start in enumerate(starts, 1))
    lead_out = (441_000).to_bytes(8, "big") + bytes([170]) + bytes(12 + 1 + 13) + b"\0"
    sheet = bytes(128) + bytes(8) + b"\x80" + bytes(258) + bytes([len(starts) + 1])
    body = sheet + tracks + lead_out
    after_stream_info = 4 + 4 + 34
    block = b"\x05" + len(body).to_bytes(3, "big") + body
    path.write_bytes(data[:after_stream_info] + block + data[after_stream_info:])
    return path


def _cue_track(start: int, number: int) -> bytes:
    isrc_and_flags = bytes(12) + b"\0" + bytes(13)
    index_point = bytes(8) + b"\x01" + bytes(3)
    return start.to_bytes(8, "big") + bytes([number]) + isrc_and_flags + b"\x01" + index_point
