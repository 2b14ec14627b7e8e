"""How loud a track is (``ludt``), so that players can level it without touching the audio."""

import struct
from collections.abc import Iterable
from typing import Final

from manifests.boxes.box import Box, Fields, box, full_box
from manifests.index import Loudness

_PROGRAM_LOUDNESS: Final = 1
_LOUDNESS_RANGE: Final = 6
_EBU_R128: Final = 1
_MEASURED_AND_ACCURATE: Final = 3
_HOW: Final = _EBU_R128 << 4 | _MEASURED_AND_ACCURATE
_PEAK_STEPS_PER_DB: Final = 32
_PEAK_CEILING_DB: Final = 20
_PEAK_MAX: Final = 0xFFF
_LOUDNESS_FLOOR_LUFS: Final = -57.75
_LOUDNESS_STEPS_PER_DB: Final = 4
_BYTE_MAX: Final = 0xFF
_SET_COUNT: Final = 0x3F
_UNKNOWN: Final = Loudness(None, None, None)
_RANGE_PIECES: Final = ((0, 0.0, 0.25), (128, 32.0, 0.5), (204, 70.0, 1.0))
"""Loudness range: from this code on, it is this many LU and grows by so many a code."""


def encode(loudness: Loudness) -> bytes:
    """Write a ``ludt`` box (ISO/IEC 14496-12 §12.2.7; codes of ISO/IEC 23003-4).

    Values outside of what the codes can say are written as the nearest they can; what is undefined
    is left out. Of silence, all is: its box says that it was measured and has nothing to level.
    """
    measures = b""
    if loudness.integrated_lufs is not None:
        code = (loudness.integrated_lufs - _LOUDNESS_FLOOR_LUFS) * _LOUDNESS_STEPS_PER_DB
        measures += bytes((_PROGRAM_LOUDNESS, _clamp(code, 0, _BYTE_MAX), _HOW))
    if loudness.range_lu is not None:
        measures += bytes((_LOUDNESS_RANGE, _range_code(loudness.range_lu), _HOW))
    base = struct.pack(">H", 0) + _peaks(loudness.true_peak_dbtp) + bytes((len(measures) // 3,))
    return box("ludt", full_box("tlou", 0, 0, base, measures))


def decode(ludt: Box) -> Loudness:
    """Read the first ``tlou`` of a ``ludt`` box."""
    tlou = ludt.find("tlou")
    if tlou is None:
        return _UNKNOWN
    fields = tlou.fields()
    version, _ = fields.version_and_flags()
    if version:
        if not fields.unsigned(1) & _SET_COUNT:
            return _UNKNOWN
        fields.skip(1)
    fields.skip(2)
    peak_code = fields.unsigned(3) & _PEAK_MAX
    fields.skip(1)
    measures = dict(_measures(fields))
    program = measures.get(_PROGRAM_LOUDNESS)
    spread = measures.get(_LOUDNESS_RANGE)
    return Loudness(
        integrated_lufs=None
        if program is None
        else _LOUDNESS_FLOOR_LUFS + program / _LOUDNESS_STEPS_PER_DB,
        range_lu=None if spread is None else _range_lu(spread),
        true_peak_dbtp=_PEAK_CEILING_DB - peak_code / _PEAK_STEPS_PER_DB if peak_code else None,
    )


def _measures(fields: Fields) -> Iterable[tuple[int, int]]:
    for _ in range(fields.unsigned(1)):
        yield fields.unsigned(1), fields.unsigned(1)
        fields.skip(1)


def _peaks(true_peak_dbtp: float | None) -> bytes:
    """Sample peak (unknown) and true peak, 12 bits each, and how the latter was measured."""
    if true_peak_dbtp is None:
        return bytes(4)
    code = _clamp((_PEAK_CEILING_DB - true_peak_dbtp) * _PEAK_STEPS_PER_DB, 1, _PEAK_MAX)
    return code.to_bytes(3, "big") + bytes((_HOW,))


def _range_code(range_lu: float) -> int:
    first, base, step = next(piece for piece in reversed(_RANGE_PIECES) if range_lu >= piece[1])
    return _clamp(first + (range_lu - base) / step, 0, _BYTE_MAX)


def _range_lu(code: int) -> float:
    first, base, step = next(piece for piece in reversed(_RANGE_PIECES) if code >= piece[0])
    return base + (code - first) * step


def _clamp(value: float, low: int, high: int) -> int:
    return round(max(low, min(high, value)))
