"""Real music in every container and coding that is taken, with what people's files carry besides.

ffmpeg n8.1 makes them, told to be exact, so that each has the same bytes wherever it is made. All
have chapters, where their container has a place for them.
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from PIL import Image

from tests.sources.audio import FFMPEG, TRACK

DURATION_S: Final = 8
"""Longer than a segment: what is wrong near the end is found when a source plays already."""

_TAGGED: Final = ("-metadata", "title=Título", "-metadata", "artist=Ensemble")
_COVER: Final = ("-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic")
_FAST: Final = ("-movflags", "+faststart")

_ENCODINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "pcm16.wav": _TAGGED,
    "pcm24.wav": ("-c:a", "pcm_s24le", "-ar", "48000"),
    "float.wav": ("-c:a", "pcm_f32le", "-ac", "1"),
    "adpcm.wav": ("-c:a", "adpcm_ms", "-ac", "1", "-ar", "22050"),
    "rf64.wav": ("-rf64", "always"),
    "pcm16.aiff": (*_TAGGED, "-write_id3v2", "1", *_COVER),
    "sowt.aiff": ("-c:a", "pcm_s16le"),
    "pcm16.caf": _TAGGED,
    "mulaw.au": ("-c:a", "pcm_mulaw", "-ac", "1"),
    "covered.flac": (*_TAGGED, *_COVER),
    "deep.flac": ("-c:a", "flac", "-sample_fmt", "s32", "-ar", "96000"),
    "cbr.mp3": ("-b:a", "192k", *_TAGGED, *_COVER, "-id3v2_version", "3"),
    "vbr.mp3": ("-q:a", "4", *_TAGGED),
    "bare.mp3": ("-b:a", "96k", "-ac", "1", "-write_xing", "0", "-id3v2_version", "0"),
    "covered.m4a": ("-c:a", "aac", *_FAST, *_TAGGED, *_COVER),
    "late.m4a": ("-c:a", "aac", "-ac", "1", "-ar", "32000"),
    "lossless.m4a": ("-c:a", "alac", *_FAST, *_TAGGED),
    "fragmented.mp4": ("-c:a", "aac", "-movflags", "+frag_keyframe+empty_moov", "-frag_duration",
                       "500000"),
    "filmed.mov": ("-c:a", "pcm_s16be", "-map", "1:v", "-c:v", "copy"),
    "vorbis.ogg": ("-c:a", "copy"),
    "opus.opus": ("-c:a", "libopus", "-b:a", "96k", *_TAGGED),
    "flac.ogg": ("-c:a", "flac", *_TAGGED),
    "opus.webm": ("-c:a", "libopus", "-b:a", "64k"),
    "vorbis.mka": ("-c:a", "copy", *_TAGGED),
    "adts.aac": ("-c:a", "aac", "-b:a", "128k"),
    "dolby.ac3": ("-c:a", "ac3", "-ar", "48000"),
    "dolby.eac3": ("-c:a", "eac3", "-ar", "48000"),
    "pack.wv": ("-c:a", "wavpack", *_TAGGED),
    "true.tta": ("-c:a", "tta"),
    "windows.wma": ("-c:a", "wmav2"),
}  # fmt: skip
"""What ffmpeg is told for each name; the last is of a kind that is not taken."""

NAMES: Final = tuple(_ENCODINGS)


def specimen(name: str, folder: Path) -> bytes:
    """Return the file called ``name``, made in ``folder`` where it is not there yet."""
    path = folder / name
    if not path.exists():
        _make(path, _ENCODINGS[name])
    return path.read_bytes()


def _make(path: Path, encoding: tuple[str, ...]) -> None:
    music = ("-ss", "30", "-t", str(DURATION_S), "-i", str(TRACK))
    cover = ("-i", str(_cover(path.with_name("cover.jpg"))))
    chapters = ("-i", str(_chapters(path.with_name("chapters.txt"))))
    exact = ("-fflags", "+bitexact", "-flags", "+bitexact", "-map_metadata", "-1")
    command = [
        *(FFMPEG, "-nostdin", "-v", "error", "-y", *music, *cover, *chapters),
        *("-map", "0:a:0", *exact, *encoding, str(path)),
    ]
    subprocess.run(command, check=True, timeout=60)


def _cover(path: Path) -> Path:
    Image.linear_gradient("L").convert("RGB").save(path)
    return path


def _chapters(path: Path) -> Path:
    lines = [";FFMETADATA1"]
    for start_s in range(0, DURATION_S, 2):
        lines += ["[CHAPTER]", "TIMEBASE=1/1", f"START={start_s}", f"END={start_s + 2}"]
        lines += [f"title=Part {start_s}"]
    path.write_text("\n".join(lines) + "\n")
    return path
