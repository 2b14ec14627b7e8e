"""The memory of packaging a short source and a very long one of the same sound, as FLAC.

They are compared by the peak of the whole tree of processes.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any

from benchmarks.packaging.commands import flac, packaging, stereo_wav
from benchmarks.packaging.runs import in_turns, medians, run

GOALS = {"peak_mb": 300, "peak_ratio": 1.2}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Measure both."""
    piece = stereo_wav(asked.source, folder / "piece.wav", asked.seconds)
    short = flac(piece, folder / "short.flac", asked.seconds)
    long = flac(piece, folder / "long.flac", round(asked.hours * 3600))
    runs = in_turns(
        {
            "short": lambda target: run(packaging(short, target)),
            "long": lambda target: run(packaging(long, target)),
        },
        asked.rounds,
        folder,
    )
    figures = {name: medians(of_one) for name, of_one in runs.items()}
    return {
        **figures,
        "long_hours": asked.hours,
        "peak_ratio": round(figures["long"]["peak_mb"] / figures["short"]["peak_mb"], 3),
        "goals": GOALS,
    }
