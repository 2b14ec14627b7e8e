"""How loud other programs found the source: its ReplayGain tags, as numbers.

ReplayGain is text: "-6.52 dB" towards -18 LUFS (ReplayGain 2.0) or what
REPLAYGAIN_REFERENCE_LOUDNESS says, "89.0 dB" being the same in the words of ReplayGain 1.0. Opus
has whole numbers instead, in 1/256 dB towards -23 LUFS, and wants no others (RFC 7845 §5.2.1).
Here all are towards -18 LUFS. Text that is no such number, or no level that sound can have, says
nothing.
"""

import re
from collections.abc import Mapping
from typing import Final

from av.container import InputContainer

from manifests.index import ReplayGain
from packager.source.tags import tagged

NAMES: Final = frozenset(
    {
        "replaygain_track_gain", "replaygain_track_peak",
        "replaygain_album_gain", "replaygain_album_peak",
        "replaygain_reference_loudness", "r128_track_gain", "r128_album_gain",
    }
)  # fmt: skip
"""Every tag that is read."""

LARGEST_GAIN_DB: Final = 60.0
LARGEST_PEAK: Final = 32.0
"""30 dB over full scale."""

_REFERENCE_LUFS: Final = -18.0
_R128_LUFS: Final = -23.0
_LUFS_OF_0_DB: Final = -107.0
"""89 dB of sound pressure in ReplayGain 1.0 are -18 LUFS."""
_R128_STEPS_PER_DB: Final = 256
_NUMBER: Final = r"([+-]?\d{1,5}(?:[.,]\d{1,12})?)"
_GAIN: Final = re.compile(rf"{_NUMBER}\s*(?:dB)?", re.ASCII | re.IGNORECASE)
_PEAK: Final = re.compile(_NUMBER, re.ASCII)
_REFERENCE: Final = re.compile(rf"{_NUMBER}\s*(dB|LUFS)", re.ASCII | re.IGNORECASE)
_R128_GAIN: Final = re.compile(r"([+-]?\d{1,5})", re.ASCII)


def read_replay_gain(container: InputContainer) -> ReplayGain:
    """Return what the tags of a source say of its loudness."""
    return parse_replay_gain(tagged(container, NAMES))


def parse_replay_gain(tags: Mapping[str, str]) -> ReplayGain:
    """Return what ``tags``, by names of ``NAMES``, say."""
    return ReplayGain(
        track_gain_db=_gain_db(tags, "track"),
        track_peak=_peak(tags.get("replaygain_track_peak", "")),
        album_gain_db=_gain_db(tags, "album"),
        album_peak=_peak(tags.get("replaygain_album_peak", "")),
    )


def _gain_db(tags: Mapping[str, str], of: str) -> float | None:
    steps = _number(_R128_GAIN, tags.get(f"r128_{of}_gain", ""))
    gain_db = _number(_GAIN, tags.get(f"replaygain_{of}_gain", ""))
    if steps is not None:
        found_db = steps / _R128_STEPS_PER_DB + _REFERENCE_LUFS - _R128_LUFS
    elif gain_db is not None:
        reference_lufs = _reference_lufs(tags.get("replaygain_reference_loudness", ""))
        found_db = gain_db + _REFERENCE_LUFS - reference_lufs
    else:
        return None
    return round(found_db, 2) if abs(found_db) <= LARGEST_GAIN_DB else None


def _reference_lufs(text: str) -> float:
    found = _REFERENCE.fullmatch(text)
    if found is None:
        return _REFERENCE_LUFS
    value = _float(found[1])
    return value if found[2].casefold() == "lufs" else value + _LUFS_OF_0_DB


def _peak(text: str) -> float | None:
    peak = _number(_PEAK, text)
    return peak if peak is not None and 0 < peak <= LARGEST_PEAK else None


def _number(form: re.Pattern[str], text: str) -> float | None:
    found = form.fullmatch(text)
    return None if found is None else _float(found[1])


def _float(text: str) -> float:
    """Return a number that may have been written with a decimal comma."""
    return float(text.replace(",", "."))
