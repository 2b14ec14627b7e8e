"""The tune's sound: plucked strings over a bass and a pad, with an echo across the stereo field."""

from collections.abc import Callable
from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ: Final = 44_100

_Sound = npt.NDArray[np.float64]
_Pluck = Callable[[int, float], _Sound]

_BEAT_S: Final = 0.75
_BEATS_PER_CHORD: Final = 4
_TAIL_S: Final = 4.0
_CHORDS: Final = (
    (50, 57, 62, 66, 69, 74),  # D
    (47, 54, 59, 62, 66, 71),  # B minor
    (43, 50, 55, 59, 62, 67),  # G
    (45, 52, 57, 61, 64, 69),  # A
)
"""MIDI notes, from the bass up."""
_ROUNDS: Final = 3
_PATTERN: Final = (0, 2, 4, 3, 5, 4, 3, 2)
_MELODY: Final = (78, 76, 74, 73, 74, 71, 69, 69, 71, 74, 78, 79, 81, 78, 76, 74)


def melody() -> _Sound:
    """Return the sound with its peak at 1.0, shape (2, samples)."""
    beats = _ROUNDS * len(_CHORDS) * _BEATS_PER_CHORD
    dry = np.zeros((2, round((beats * _BEAT_S + _TAIL_S) * SAMPLE_RATE_HZ)))
    pluck = cache(_pluck)  # 27 notes make up the 140 that are played
    for bar in range(_ROUNDS * len(_CHORDS)):
        _play_bar(dry, bar, pluck)
    wet = dry + _echo(dry)
    faded: _Sound = wet * _fade(wet.shape[1])
    peak: float = np.max(np.abs(faded))
    return faded / peak


def _play_bar(mix: _Sound, bar: int, pluck: _Pluck) -> None:
    """Add one chord: its pad and bass, its broken figure, and from the second round the melody."""
    chord = _CHORDS[bar % len(_CHORDS)]
    start_s = bar * _BEATS_PER_CHORD * _BEAT_S
    length_s = _BEATS_PER_CHORD * _BEAT_S
    _add(mix, _pad(chord[1:5], length_s * 1.3), start_s, level=0.10, pan=0.0)
    _add(mix, pluck(chord[0] - 12, 3.0), start_s, level=0.55, pan=0.0)
    for step, degree in enumerate(_PATTERN):
        at_s = start_s + step * _BEAT_S / 2
        _add(mix, pluck(chord[degree], 2.2), at_s, level=0.30, pan=0.5 if step % 2 else -0.5)
    if bar >= len(_CHORDS):
        for beat in range(_BEATS_PER_CHORD):
            note = _MELODY[(bar * _BEATS_PER_CHORD + beat) % len(_MELODY)]
            _add(mix, pluck(note, 2.6), start_s + beat * _BEAT_S, level=0.26, pan=0.15)


def _add(mix: _Sound, note: _Sound, start_s: float, *, level: float, pan: float) -> None:
    """Lay a mono note into the mix; ``pan`` runs from -1 (left) to 1, at constant power."""
    start = round(start_s * SAMPLE_RATE_HZ)
    note = note[: mix.shape[1] - start] * level
    angle = (pan + 1) * np.pi / 4
    mix[0, start : start + note.size] += note * np.cos(angle)
    mix[1, start : start + note.size] += note * np.sin(angle)


def _frequency_hz(note: int) -> float:
    """Return the pitch of a MIDI note in equal temperament."""
    return float(440.0 * 2 ** ((note - 69) / 12))


def _pluck(note: int, length_s: float) -> _Sound:
    """Return a plucked string: high partials start weaker and die sooner."""
    time_s = np.arange(round(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sound = np.zeros_like(time_s)
    for partial in range(1, 9):
        frequency_hz = _frequency_hz(note) * partial * (1 + 0.0002 * partial**2)
        decay = np.exp(-time_s * (1.1 + 0.55 * partial))
        sound += np.sin(2 * np.pi * frequency_hz * time_s) * decay / partial**1.4
    attack = np.minimum(time_s / 0.004, 1.0)
    release = np.minimum((length_s - time_s) / 0.05, 1.0)
    return sound * attack * release


def _pad(notes: tuple[int, ...], length_s: float) -> _Sound:
    """Return a soft chord of slightly detuned pairs that swells and fades."""
    time_s = np.arange(round(length_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sound = np.zeros_like(time_s)
    for note in notes:
        for detune in (-0.4, 0.4):
            phase = 2 * np.pi * (_frequency_hz(note) + detune) * time_s
            sound += np.sin(phase) + 0.25 * np.sin(2 * phase)
    swell: _Sound = np.sin(np.pi * time_s / length_s) ** 0.7
    return sound * swell


def _echo(dry: _Sound) -> _Sound:
    """Return repeats that cross from side to side, each darker than the one before."""
    wet = np.zeros_like(dry)
    repeat = dry
    for turn in range(1, 5):
        delay = round(turn * 0.5 * _BEAT_S * SAMPLE_RATE_HZ)
        repeat = (repeat + np.roll(repeat, 1, axis=1))[::-1] * 0.5
        wet[:, delay:] += repeat[:, :-delay] * 0.42**turn
    return wet


def _fade(samples: int) -> _Sound:
    """Return the last seconds' way down to silence."""
    tail = round(_TAIL_S * SAMPLE_RATE_HZ)
    return np.concatenate((np.ones(samples - tail), np.cos(np.linspace(0, np.pi / 2, tail)) ** 2))
