"""Signals that make joins audible if anything does, synthesised with an event at every join.

Each function takes the samples at which chunks meet, the length of the sound and a generator, and
returns stereo of shape ``(2, samples)``. Events lie within three frames of a join, before or after.
"""

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

RATE_HZ: Final = 44_100
_FRAME_SAMPLES: Final = 1_024

Sound = npt.NDArray[np.float32]
Signal = Callable[[Sequence[int], int, np.random.Generator], Sound]


def castanets(joins: Sequence[int], samples: int, rng: np.random.Generator) -> Sound:
    """Return dry clicks with a short resonance, some in one channel only."""
    sound = _hiss(samples, rng)
    free = rng.integers(0, samples, samples // (RATE_HZ // 4))
    for start in (*_near(joins, rng), *free):
        _add(sound, int(start), _click(rng) * rng.choice([[1, 1], [1, 0], [0, 1]])[:, np.newaxis])
    return sound


def sweep(joins: Sequence[int], samples: int, rng: np.random.Generator) -> Sound:
    """Return logarithmic sweeps from 30 Hz to 18 kHz, one from each join to the next."""
    span = joins[1] - joins[0] if len(joins) > 1 else samples
    time = (np.arange(samples) - joins[0]) % span / span
    ratio = np.log(18_000 / 30)
    phase = 2 * np.pi * 30 * span / RATE_HZ / ratio * np.exp(time * ratio)
    return _stereo(0.5 * np.sin(phase), 0.5 * np.sin(phase + rng.uniform(0, 2)))


def tones(joins: Sequence[int], samples: int, rng: np.random.Generator) -> Sound:
    """Return a steady chord: any step in it is plainly heard."""
    del joins
    time = np.arange(samples) / RATE_HZ
    chord = [np.sin(2 * np.pi * hz * time) for hz in rng.uniform(80, 6_000, 5)]
    left, right = rng.uniform(0.02, 0.15, (2, 5))
    return _stereo(left @ np.array(chord), right @ np.array(chord))


def silence_to_loud(joins: Sequence[int], samples: int, rng: np.random.Generator) -> Sound:
    """Return digital silence that ends in full sound at each join."""
    return _loud_between(joins, samples, rng, from_join=True)


def loud_to_silence(joins: Sequence[int], samples: int, rng: np.random.Generator) -> Sound:
    """Return full sound that ends in digital silence at each join."""
    return _loud_between(joins, samples, rng, from_join=False)


def noise_bursts(joins: Sequence[int], samples: int, rng: np.random.Generator) -> Sound:
    """Return bursts of white noise on a quiet chord."""
    sound = tones(joins, samples, rng) * np.float32(0.1)
    for start in _near(joins, rng):
        _add(sound, start, 0.4 * rng.standard_normal((2, int(rng.integers(200, 4_000)))))
    return np.asarray(np.clip(sound, -1, 1))


def pulses(joins: Sequence[int], samples: int, rng: np.random.Generator) -> Sound:
    """Return a train of pulses, as a voice or a brass instrument has them."""
    del joins
    sound = _hiss(samples, rng)
    every = int(RATE_HZ / rng.uniform(70, 180))
    shape = np.exp(-np.arange(every) / 40) * np.cos(np.arange(every) * rng.uniform(0.05, 0.3))
    train = 0.4 * np.resize(shape, samples)
    return sound + _stereo(train, 0.7 * np.roll(train, 7))


def attack_in_one_channel(joins: Sequence[int], samples: int, rng: np.random.Generator) -> Sound:
    """Return a steady left channel and hits in the right one."""
    sound = tones(joins, samples, rng)
    sound[1] = _hiss(samples, rng)[1]
    for start in _near(joins, rng):
        _add(sound, start, _click(rng) * np.array([[0], [1]]))
    return sound


SIGNALS: Final[dict[str, Signal]] = {
    signal.__name__: signal
    for signal in (
        castanets,
        sweep,
        tones,
        silence_to_loud,
        loud_to_silence,
        noise_bursts,
        pulses,
        attack_in_one_channel,
    )
}


def _near(joins: Sequence[int], rng: np.random.Generator) -> list[int]:
    reach = 3 * _FRAME_SAMPLES
    return [max(join + int(rng.integers(-reach, reach)), 0) for join in joins]


def _click(rng: np.random.Generator) -> npt.NDArray[np.float64]:
    time = np.arange(3_000)
    ring = np.sin(time * rng.uniform(0.1, 0.5)) + 0.5 * rng.standard_normal(3_000)
    return np.asarray(0.5 * ring * np.exp(-time / rng.uniform(60, 400)))[np.newaxis]


def _hiss(samples: int, rng: np.random.Generator) -> Sound:
    return (1e-3 * rng.standard_normal((2, samples))).astype(np.float32)


def _add(sound: Sound, start: int, event: npt.NDArray[np.float64]) -> None:
    room = sound[:, start : start + event.shape[1]]
    room += event[:, : room.shape[1]]


def _stereo(left: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> Sound:
    return np.stack([left, right]).astype(np.float32)


def _loud_between(
    joins: Sequence[int], samples: int, rng: np.random.Generator, *, from_join: bool
) -> Sound:
    loud = tones(joins, samples, rng)
    loud += (0.1 * rng.standard_normal((2, samples))).astype(np.float32)
    heard = np.zeros(samples, np.float32)
    near = _near(joins, rng)
    half = (joins[1] - joins[0]) // 2 if len(joins) > 1 else samples // 4
    for start in near:
        first = start if from_join else max(start - half, 0)
        heard[first : first + half] = 1
    return loud * heard
