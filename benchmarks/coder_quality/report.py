"""Averages of trials, as a table to read and as a document to keep."""

import platform
import statistics
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version

import av

from benchmarks.coder_quality.trial import CODERS, Trial
from manifests.rendition import Rung
from packager.encoding.aac import coder_options

_PACKAGES = ("av", "numpy", "zimtohrli", "visqol-python")


@dataclass(frozen=True)
class Row:
    """One coder at one rung: means over all excerpts.

    The ``better`` counts are the excerpts in which a metric prefers it to the rung's own settings.
    """

    rung: str
    coder: str
    is_the_ladders: bool
    zimtohrli: float
    zimtohrli_worst: float
    zimtohrli_better: int
    visqol: float
    visqol_worst: float
    visqol_better: int
    noise_to_mask_db: float
    noise_to_mask_better: int
    bitrate_bps: int
    cpu_s_per_s: float


def rows(trials: list[Trial]) -> Iterator[Row]:
    """Yield the rows in the order of rungs and coders."""
    for rung in sorted({trial.rung for trial in trials}, key=lambda rung: rung.bitrate_bps):
        for coder in CODERS:
            own = _of(trials, rung, _own_coder(rung))
            yield _row(rung, coder, _of(trials, rung, coder), own)


def table(trials: list[Trial]) -> str:
    """Return the rows for people; a star marks the ladder's settings."""
    head = f"\n{'rung':5} {'coder':22} {'Zimtohrli':>9} {'worst':>8} {'better':>6} "
    head += f"{'ViSQOL':>7} {'worst':>6} {'better':>6} {'NMR dB':>7} {'better':>6} "
    lines = [head + f"{'kbit/s':>7} {'CPU ms/s':>8}"]
    for row in rows(trials):
        coder = row.coder + (" *" if row.is_the_ladders else "")
        lines.append(
            f"{row.rung:5} {coder:22} {row.zimtohrli:9.6f} {row.zimtohrli_worst:8.6f} "
            f"{row.zimtohrli_better:6} {row.visqol:7.4f} {row.visqol_worst:6.3f} "
            f"{row.visqol_better:6} {row.noise_to_mask_db:7.2f} {row.noise_to_mask_better:6} "
            f"{row.bitrate_bps / 1000:7.1f} {1000 * row.cpu_s_per_s:8.1f}"
        )
    return "\n".join(lines) + "\n"


def report(trials: list[Trial], seed: int, seconds: float) -> dict[str, object]:
    """Return the document."""
    return {
        "question": "FFmpeg's AAC coders at each rung of the ladder",
        "excerpts": len({trial.excerpt for trial in trials}),
        "seconds": seconds,
        "seed": seed,
        "rows": [asdict(row) for row in rows(trials)],
        "trials": [asdict(trial) | {"rung": trial.rung.name} for trial in trials],
        "versions": {name: version(name) for name in _PACKAGES}
        | {"libavcodec": _libavcodec(), "python": platform.python_version()},
    }


def _row(rung: Rung, coder: str, trials: list[Trial], own: list[Trial]) -> Row:
    pairs = list(zip(trials, own, strict=True))
    mean = statistics.fmean
    return Row(
        rung.name,
        coder,
        is_the_ladders=coder == _own_coder(rung),
        zimtohrli=mean(trial.zimtohrli for trial in trials),
        zimtohrli_worst=max(trial.zimtohrli for trial in trials),
        zimtohrli_better=sum(trial.zimtohrli < other.zimtohrli for trial, other in pairs),
        visqol=mean(trial.visqol for trial in trials),
        visqol_worst=min(trial.visqol for trial in trials),
        visqol_better=sum(trial.visqol > other.visqol for trial, other in pairs),
        noise_to_mask_db=mean(trial.noise_to_mask_db for trial in trials),
        noise_to_mask_better=sum(a.noise_to_mask_db < b.noise_to_mask_db for a, b in pairs),
        bitrate_bps=round(mean(trial.bitrate_bps for trial in trials)),
        cpu_s_per_s=mean(trial.cpu_s_per_s for trial in trials),
    )


def _of(trials: list[Trial], rung: Rung, coder: str) -> list[Trial]:
    return [trial for trial in trials if (trial.rung, trial.coder) == (rung, coder)]


def _own_coder(rung: Rung) -> str:
    """Return the name of what the packager tells the encoder at this rung."""
    options = coder_options(rung)
    return next(name for name, others in CODERS.items() if others == options)


def _libavcodec() -> str:
    return ".".join(map(str, av.library_versions["libavcodec"]))
