import json
import struct

import numpy as np
import pytest

from packager.sound.waveform import MAX_PIXELS, Waveform, WaveformBuilder


def draw(sound: np.ndarray, block_samples: int = 65_536) -> Waveform:
    builder = WaveformBuilder(48_000, len(sound))
    for start in range(0, sound.shape[1], block_samples):
        builder.feed(sound[:, start : start + block_samples])
    return builder.finish()


def noise(samples: int, channels: int = 1) -> np.ndarray:
    generator = np.random.default_rng(samples)
    return generator.uniform(-1, 1, (channels, samples)).astype(np.float32)


def expected_peaks(mono: np.ndarray, samples_per_pixel: int) -> np.ndarray:
    """The definition itself: the lowest and highest of each run of samples."""
    runs = [
        mono[start : start + samples_per_pixel] for start in range(0, len(mono), samples_per_pixel)
    ]
    peaks = np.array([(run.min(), run.max()) for run in runs])
    scaled: np.ndarray = np.clip(np.rint(peaks * 128), -128, 127)
    return scaled


@pytest.mark.parametrize(
    ("samples", "samples_per_pixel", "pixels"),
    [
        (1, 64, 1),
        (64, 64, 1),
        (65, 64, 2),
        (480, 64, 8),
        (64 * MAX_PIXELS - 1, 64, MAX_PIXELS),
        (64 * MAX_PIXELS, 64, MAX_PIXELS),
        (64 * MAX_PIXELS + 1, 128, MAX_PIXELS // 2 + 1),
        (128 * MAX_PIXELS, 128, MAX_PIXELS),
        (128 * MAX_PIXELS + 129, 256, MAX_PIXELS // 2 + 1),
        (3_000_000, 512, 5_860),
    ],
)
def test_the_grid_follows_from_the_length(
    samples: int, samples_per_pixel: int, pixels: int
) -> None:
    sound = noise(samples)
    waveform = draw(sound)
    assert (waveform.samples_per_pixel, len(waveform.peaks)) == (samples_per_pixel, pixels)
    np.testing.assert_array_equal(waveform.peaks, expected_peaks(sound[0], samples_per_pixel))


@pytest.mark.parametrize("block_samples", [1, 63, 64, 1_000, 4_800, 100_000])
def test_does_not_depend_on_how_the_sound_is_cut(block_samples: int) -> None:
    sound = noise(100_000 if block_samples == 1 else 1_100_000)
    assert draw(sound, block_samples).to_json() == draw(sound, sound.shape[1]).to_json()


def test_an_hour_stays_small() -> None:
    builder = WaveformBuilder(48_000, 1)
    minute = noise(48_000 * 60)
    for _ in range(60):
        builder.feed(minute)
    waveform = builder.finish()
    assert MAX_PIXELS // 2 < len(waveform.peaks) <= MAX_PIXELS
    assert len(waveform.to_binary()) <= 24 + 2 * MAX_PIXELS
    assert len(waveform.to_json()) < 100_000


def test_channels_are_mixed_to_their_mean() -> None:
    left, right = noise(1_000, channels=2)
    np.testing.assert_array_equal(
        draw(np.stack((left, right))).peaks, expected_peaks((left + right) / 2, 64)
    )


def test_overs_stay_at_full_scale() -> None:
    peaks = draw(np.array([[-3.0, 3.0]], np.float32)).peaks
    assert peaks.tolist() == [[-128, 127]]


def test_json_is_audiowaveform_version_2() -> None:
    document = json.loads(draw(np.array([[0.5, -0.25]], np.float32)).to_json())
    assert document == {
        "version": 2,
        "channels": 1,
        "sample_rate": 48_000,
        "samples_per_pixel": 64,
        "bits": 8,
        "length": 1,
        "data": [-32, 64],
    }


def test_binary_is_audiowaveform_version_2() -> None:
    waveform = draw(noise(10_000))
    data = waveform.to_binary()
    assert struct.unpack_from("<iIiiIi", data) == (2, 1, 48_000, 64, 157, 1)
    pairs = np.frombuffer(data, np.int8, offset=24).reshape(-1, 2)
    np.testing.assert_array_equal(pairs, waveform.peaks)


def test_no_sound_draws_nothing() -> None:
    waveform = WaveformBuilder(44_100, 2).finish()
    assert json.loads(waveform.to_json())["data"] == []
    assert len(waveform.to_binary()) == 24
