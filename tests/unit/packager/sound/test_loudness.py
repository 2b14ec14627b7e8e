import json
import re
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from manifests.index import Loudness
from packager.sound.loudness import LoudnessMeter
from tests.sources.audio import FFMPEG

MUSIC = Path("/usr/share/games/wesnoth/1.16/data/core/music")


def measure(sound: np.ndarray, sample_rate_hz: int = 44_100, block: int = 65_536) -> Loudness:
    meter = LoudnessMeter(sample_rate_hz, len(sound))
    for start in range(0, sound.shape[1], block):
        meter.feed(np.ascontiguousarray(sound[:, start : start + block]))
    return meter.finish()


def decoded(path: Path, channels: int, sample_rate_hz: int, duration_s: int = 20) -> np.ndarray:
    form = ["-ac", str(channels), "-ar", str(sample_rate_hz), "-f", "f32le", "-"]
    command = [FFMPEG, "-v", "error", "-ss", "5", "-t", str(duration_s), "-i", str(path), *form]
    raw = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    return np.frombuffer(raw, np.float32).reshape(-1, channels).T.copy()


def peer(sound: np.ndarray, sample_rate_hz: int) -> tuple[float, float, float]:
    """What ffmpeg n8.1 prints in the summary of the same filter: LUFS, LU, dBTP."""
    form = ["-f", "f32le", "-ar", str(sample_rate_hz), "-ac", str(len(sound)), "-i", "-"]
    command = [FFMPEG, "-nostats", "-hide_banner", *form, "-af", "ebur128=peak=true"]
    run = subprocess.run(
        [*command, "-f", "null", "-"],
        input=sound.T.tobytes(),
        check=True,
        capture_output=True,
        timeout=60,
    )
    summary = run.stderr.decode().rpartition("Summary:")[2]
    found = [re.search(rf"{name}:\s+(-?[\d.]+)", summary) for name in ("I", "LRA", "Peak")]
    integrated, loudness_range, peak = (float(match[1]) for match in found if match)
    return integrated, loudness_range, peak


@pytest.mark.parametrize(
    ("name", "channels", "sample_rate_hz", "gain"),
    [
        ("battle.ogg", 2, 44_100, 1.0),
        ("northerners.ogg", 2, 48_000, 1.0),
        ("elvish-theme.ogg", 1, 44_100, 1.0),
        ("vengeful.ogg", 2, 44_100, 4.0),  # far over full scale
    ],
)
def test_agrees_with_ffmpeg(name: str, channels: int, sample_rate_hz: int, gain: float) -> None:
    sound = decoded(MUSIC / name, channels, sample_rate_hz) * np.float32(gain)
    ours = measure(sound, sample_rate_hz)
    integrated_lufs, range_lu, true_peak_dbtp = peer(sound, sample_rate_hz)
    # The summary has one decimal, so that 0.1 of truth is 0.15 of what is printed.
    assert ours.integrated_lufs == pytest.approx(integrated_lufs, abs=0.1)
    assert ours.range_lu == pytest.approx(range_lu, abs=0.1)
    assert ours.true_peak_dbtp == pytest.approx(true_peak_dbtp, abs=0.15)


def test_clipped_music_agrees_with_ffmpeg() -> None:
    sound = np.clip(decoded(MUSIC / "vengeful.ogg", 2, 44_100) * np.float32(4), -1, 1)
    assert measure(sound).true_peak_dbtp == pytest.approx(peer(sound, 44_100)[2], abs=0.15)


def test_a_tone_measures_what_the_standard_says() -> None:
    # EBU Tech 3341 §2.9, case 1: 1 kHz at -23 dBFS in both channels of a stereo file.
    ticks = np.arange(20 * 48_000)
    tone = (10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 / 48_000 * ticks)).astype(np.float32)
    loudness = measure(np.stack((tone, tone)), 48_000)
    assert loudness.integrated_lufs == pytest.approx(-23.0, abs=0.1)
    assert loudness.range_lu == pytest.approx(0.0, abs=0.1)
    assert loudness.true_peak_dbtp == pytest.approx(-23.0, abs=0.05)


def test_does_not_depend_on_how_the_sound_is_cut() -> None:
    sound = decoded(MUSIC / "battle.ogg", 2, 44_100, duration_s=4)
    whole = measure(sound, block=sound.shape[1])
    assert measure(sound, block=1_001) == whole
    assert measure(sound, block=44_100) == whole


def test_silence_has_no_level() -> None:
    assert measure(np.zeros((2, 44_100 * 5), np.float32)) == Loudness(None, None, None)


def test_nothing_at_all_has_no_level() -> None:
    assert LoudnessMeter(44_100, 1).finish() == Loudness(None, None, None)


def test_less_than_one_gating_block_has_a_peak_only() -> None:
    loudness = measure(np.full((1, 441), 0.5, np.float32))
    assert (loudness.integrated_lufs, loudness.range_lu) == (None, None)
    assert loudness.true_peak_dbtp == pytest.approx(-6.02, abs=0.01)


def test_less_than_one_short_term_window_has_no_range() -> None:
    sound = decoded(MUSIC / "battle.ogg", 2, 44_100, duration_s=2)
    loudness = measure(sound)
    assert loudness.integrated_lufs is not None
    assert loudness.range_lu is None


def test_very_quiet_sound_keeps_an_exact_peak() -> None:
    ticks = np.arange(44_100)
    tone = (1e-4 * np.sin(2 * np.pi * 0.01 * ticks)).astype(np.float32)[np.newaxis]
    loudness = measure(tone)
    assert loudness.integrated_lufs is None
    assert loudness.true_peak_dbtp == pytest.approx(-80.0, abs=0.05)


@pytest.mark.parametrize("level", [0.0, 1e-30, 1.0])
def test_is_always_valid_json(level: float) -> None:
    loudness = measure(np.full((2, 44_100 * 4), level, np.float32))
    assert json.loads(json.dumps(asdict(loudness), allow_nan=False)) == asdict(loudness)
