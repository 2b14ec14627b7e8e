import numpy as np
import pytest

from manifests.index import Silence
from packager.sound.silence import SilenceMeter, silence_notes

RATE_HZ = 44_100


def measured(sound: np.ndarray, block_samples: int = 65_536) -> Silence:
    meter = SilenceMeter()
    for start in range(0, sound.shape[1], block_samples):
        meter.feed(sound[:, start : start + block_samples])
    return meter.finish()


def sound_between(head: int, heard: int, tail: int, channels: int = 2) -> np.ndarray:
    """Return noise at -40 dBFS between dither at -93 dBFS."""
    noise = np.random.default_rng(5).uniform(-1, 1, (channels, head + heard + tail))
    level = np.full(head + heard + tail, 2.0**-15)
    level[head : head + heard] = 0.01
    sound: np.ndarray = (noise * level).astype(np.float32)
    sound[:, head] = sound[:, head + heard - 1] = 0.01
    return sound


@pytest.mark.parametrize("block_samples", [1_000, 4_096, 65_536, 1_000_000])
@pytest.mark.parametrize(
    ("head", "heard", "tail"), [(0, 100_000, 0), (70_000, 90_001, 12_345), (9_999, 1, 150_000)]
)
def test_silence_is_measured_to_the_sample(
    head: int, heard: int, tail: int, block_samples: int
) -> None:
    assert measured(sound_between(head, heard, tail), block_samples) == Silence(head, tail)


def test_one_channel_is_enough_to_be_heard() -> None:
    sound = np.zeros((2, 10_000), np.float32)
    sound[0, 1_000] = -0.5
    sound[1, 8_000] = 0.5
    assert measured(sound) == Silence(1_000, 1_999)


def test_silence_inside_the_sound_is_none_of_it() -> None:
    sound = np.zeros((1, 300_000), np.float32)
    sound[0, [10, 299_989]] = 0.1
    assert measured(sound, 4_000) == Silence(10, 10)


@pytest.mark.parametrize(("level", "head"), [(0.00099, 5_000), (0.00101, 0), (-0.00101, 0)])
def test_the_threshold_is_60_db_below_full_scale(level: float, head: int) -> None:
    sound = np.full((1, 5_000), level, np.float32)
    assert measured(sound) == Silence(head, 0)


@pytest.mark.parametrize("samples", [0, 1, 200_000])
def test_nothing_but_silence_is_all_head(samples: int) -> None:
    assert measured(np.zeros((2, samples), np.float32)) == Silence(samples, 0)


@pytest.mark.parametrize(
    ("head_s", "tail_s", "told"),
    [
        (0, 0, []),
        (1.99, 4.99, []),
        (2, 0, ["The first 2.0 seconds are silent."]),
        (0, 5.04, ["The last 5.0 seconds are silent."]),
        (3, 10, ["The first 3.0 seconds are silent.", "The last 10.0 seconds are silent."]),
        (60, 0, ["There is nothing but silence in this file."]),
    ],
)
def test_a_creator_is_told_of_much_silence(head_s: float, tail_s: float, told: list[str]) -> None:
    silence = Silence(round(head_s * RATE_HZ), round(tail_s * RATE_HZ))
    found = silence_notes(silence, 60 * RATE_HZ, RATE_HZ)
    assert len(found) == len(told)
    assert all(note.startswith(start) for note, start in zip(found, told, strict=True))
