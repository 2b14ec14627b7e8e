"""Three renditions of one WAV, against ffmpeg making the same three in one command.

Both are whole processes, start to finish. Ours also measures loudness and true peak, draws the
waveform, and writes hashes and an index.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any

from benchmarks.packaging.commands import packaging, stereo_wav, three_renditions
from benchmarks.packaging.runs import in_turns, medians, ratios, run

GOALS = {"wall_ratio": 0.58, "cpu_ratio": 0.65}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Measure both."""
    source = stereo_wav(asked.source, folder / "source.wav", asked.seconds)
    runs = in_turns(
        {
            "soundbridge": lambda target: run(packaging(source, target)),
            "ffmpeg": lambda target: run(three_renditions(source, target)),
        },
        asked.rounds,
        folder,
    )
    ours = medians(runs["soundbridge"])
    return {
        "soundbridge": ours,
        "ffmpeg": medians(runs["ffmpeg"]),
        **ratios(runs["soundbridge"], runs["ffmpeg"]),
        "speed_x": round(asked.seconds / ours["wall_s"], 1),
        "goals": GOALS,
    }
