"""A 440 Hz tone in any format that ffmpeg n8.1 writes."""

import subprocess
from pathlib import Path

from tests.sources.audio import FFMPEG


def write_sine(
    path: Path, *output_options: str, inputs: tuple[str, ...] = (), duration_s: int = 1
) -> Path:
    """Write the tone to ``path``, in the format of its suffix, beside what ``inputs`` adds."""
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate=44100:duration={duration_s}")
    command = [FFMPEG, "-v", "error", "-nostdin", "-y", *tone, *inputs, *output_options, str(path)]
    subprocess.run(command, check=True, timeout=30)
    return path
