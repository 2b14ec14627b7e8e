import math

import numpy as np
import pytest

from packager.sound.true_peak import TruePeakMeter


def measured_db(samples: np.ndarray, block_samples: int = 4096) -> float:
    meter = TruePeakMeter(len(samples))
    for start in range(0, samples.shape[1], block_samples):
        meter.feed(samples[:, start : start + block_samples])
    return 20 * math.log10(meter.finish())


def tone(cycles_per_sample: float, phase: float, samples: int = 48_000) -> np.ndarray:
    ticks = np.arange(samples)
    wave: np.ndarray = np.sin(2 * np.pi * cycles_per_sample * ticks + phase)
    return wave.astype(np.float32)[np.newaxis]


def test_finds_the_peak_between_samples() -> None:
    # At a quarter of the sample rate, 45 degrees off, every sample lies 3 dB below the peak.
    quarter = tone(0.25, np.pi / 4)
    assert 20 * math.log10(float(quarter.max())) == pytest.approx(-3.01, abs=0.01)
    assert measured_db(quarter) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("cycles_per_sample", [0.01, 0.1, 0.2, 0.3, 0.4])
def test_is_true_at_any_pitch(cycles_per_sample: float) -> None:
    # Annex 2 allows for what fourfold oversampling can miss: 0.55 dB at 0.45 of the sample rate.
    missed_db = -20 * math.log10(math.cos(math.pi * cycles_per_sample / 4))
    level_db = measured_db(tone(cycles_per_sample, 0.3))
    assert -missed_db - 0.05 <= level_db <= 0.05


def test_does_not_depend_on_how_the_sound_is_cut() -> None:
    sound = np.random.default_rng(7).standard_normal((2, 20_000)).astype(np.float32)
    whole = measured_db(sound, 20_000)
    assert [measured_db(sound, size) for size in (1, 7, 54, 55, 1_000)] == [
        pytest.approx(whole, abs=1e-5)
    ] * 5


def test_counts_overs_and_negative_peaks() -> None:
    assert measured_db(-2 * np.abs(tone(0.01, 0.0))) == pytest.approx(6.02, abs=0.01)


def test_looks_at_every_channel() -> None:
    loud_right = np.concatenate((tone(0.01, 0.0) / 100, tone(0.01, 0.0)))
    assert measured_db(loud_right) == pytest.approx(0.0, abs=0.01)


@pytest.mark.parametrize("samples", [1, 54, 55, 441])
def test_short_sound_has_at_least_its_sample_peak(samples: int) -> None:
    sound = np.full((1, samples), 0.5, np.float32)
    assert measured_db(sound) == pytest.approx(-6.02, abs=0.01)


def test_silence_and_nothing_have_no_level() -> None:
    meter = TruePeakMeter(2)
    assert TruePeakMeter(2).finish() == 0.0
    meter.feed(np.zeros((2, 1000), np.float32))
    assert meter.finish() == 0.0
