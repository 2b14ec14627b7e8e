"""Three renditions of one WAV, against ffmpeg, both with ffmpeg's own coder settings.

What differs then is everything but the coder: the pre-roll of chunks, measuring and publishing on
our side, its schedule on ffmpeg's.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any

from benchmarks.packaging.commands import packaging_with_default_coder, stereo_wav, three_renditions
from benchmarks.packaging.runs import in_turns, medians, ratios, run

GOALS = {"wall_ratio": 0.97, "cpu_ratio": 1.10}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Measure both."""
    source = stereo_wav(asked.source, folder / "source.wav", asked.seconds)
    runs = in_turns(
        {
            "soundbridge": lambda target: run(packaging_with_default_coder(source, target)),
            "ffmpeg": lambda target: run(three_renditions(source, target)),
        },
        asked.rounds,
        folder,
    )
    return {
        **{name: medians(of_one) for name, of_one in runs.items()},
        **ratios(runs["soundbridge"], runs["ffmpeg"]),
        "goals": GOALS,
    }
