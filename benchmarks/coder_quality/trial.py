"""One excerpt through one coder at one rung, and what the metrics say of it."""

from dataclasses import dataclass
from typing import Final

from benchmarks.coder_quality.coding import coded
from benchmarks.music import RATE_HZ, Sound
from benchmarks.scores.noise_to_mask import noise_to_mask_db
from benchmarks.scores.visqol import opinion
from benchmarks.scores.zimtohrli import distance
from manifests.rendition import Rung

CODERS: Final[dict[str, dict[str, str]]] = {
    "twoloop": {"aac_coder": "twoloop"},
    "twoloop, no is": {"aac_coder": "twoloop", "aac_is": "0"},
    "fast": {"aac_coder": "fast"},
    "fast, no is": {"aac_coder": "fast", "aac_is": "0"},
    "fast, no is, no pns": {"aac_coder": "fast", "aac_is": "0", "aac_pns": "0"},
}
"""All that FFmpeg 8.1 has: it opens ``anmr`` no longer. ``is`` is intensity stereo, ``pns`` noise
substitution."""


@dataclass(frozen=True)
class Trial:
    """The figures of one excerpt."""

    excerpt: str
    rung: Rung
    coder: str
    zimtohrli: float
    visqol: float
    noise_to_mask_db: float
    bitrate_bps: float
    cpu_s_per_s: float


def trial(name: str, sound: Sound, rung: Rung, coder: str, *, lead_s: float) -> Trial:
    """Encode and judge; the first ``lead_s`` are encoded only."""
    result = coded(sound, rung.bitrate_bps, CODERS[coder])
    lead = round(lead_s * RATE_HZ)
    original, heard = sound[:, lead:], result.heard[:, lead:]
    return Trial(
        name,
        rung,
        coder,
        zimtohrli=distance(original, heard, RATE_HZ),
        visqol=opinion(original, heard, RATE_HZ),
        noise_to_mask_db=noise_to_mask_db(original, heard, RATE_HZ),
        bitrate_bps=result.bitrate_bps,
        cpu_s_per_s=result.cpu_s * RATE_HZ / sound.shape[1],
    )
