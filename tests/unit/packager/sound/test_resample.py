import numpy as np
import pytest

from packager.sound.resample import resample, resampled


def tone(samples: int, rate_hz: int, channels: int = 1) -> np.ndarray:
    wave = np.sin(2 * np.pi * 440 * np.arange(samples) / rate_hz).astype(np.float32)
    return np.tile(wave, (channels, 1))


def run(sound: np.ndarray, source_rate_hz: int, rate_hz: int, block: int = 4_096) -> np.ndarray:
    blocks = [sound[:, start : start + block] for start in range(0, sound.shape[1], block)]
    out = list(resample(blocks, source_rate_hz, rate_hz))
    assert all(block.shape[1] > 0 for block in out)
    return np.concatenate(out, axis=1)


@pytest.mark.parametrize(
    ("source_rate_hz", "rate_hz"),
    [(8_000, 48_000), (11_025, 44_100), (96_000, 48_000), (88_200, 44_100), (384_000, 48_000)],
)
@pytest.mark.parametrize("samples", [1, 5, 100, 4_095, 4_096, 40_001])
def test_the_number_of_samples_is_exact(source_rate_hz: int, rate_hz: int, samples: int) -> None:
    sound = tone(samples, source_rate_hz)
    expected = resampled(samples, source_rate_hz, rate_hz)
    assert run(sound, source_rate_hz, rate_hz).shape == (1, expected)


@pytest.mark.parametrize("source_rate_hz", [8_000, 32_000, 96_000, 192_000])
def test_the_sound_stays_in_its_place(source_rate_hz: int) -> None:
    out = run(tone(source_rate_hz, source_rate_hz, channels=2), source_rate_hz, 48_000)
    error = np.abs(out - tone(48_000, 48_000, channels=2))[:, 500:-500]
    assert error.max() < 1e-4


def test_nothing_is_touched_at_the_same_rate() -> None:
    sound = tone(10_000, 48_000)
    assert np.array_equal(run(sound, 48_000, 48_000), sound)


def test_nothing_gives_nothing() -> None:
    assert list(resample([], 96_000, 48_000)) == []
