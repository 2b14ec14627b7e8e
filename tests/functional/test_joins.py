"""The joins of chunks, a few of what ``python -m benchmarks.joins`` looks at by the hundred."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.joins.differences import JoinDifference, differences
from benchmarks.joins.hard import SIGNALS
from benchmarks.joins.runs import LADDER, joins_of, run
from benchmarks.joins.verdict import failures
from benchmarks.joins.windows import Sequencing, UnknownWindows, Windows, first_channel, illegal
from benchmarks.music import Sound, stretch
from packager.encoding import aac, boundaries, chunks
from packager.ladder import FULL
from tests.sources.audio import TRACK

pytestmark = pytest.mark.long

# Short segments, so that a few seconds have joins enough.
SHORT = replace(LADDER, frames_per_segment=80, segments_per_chunk=1)
SAMPLES = 400 * 1024
JOINS = joins_of(SAMPLES, SHORT)
MUSIC, HARD = "music", ("castanets", "attack_in_one_channel", "tones")


def sound(name: str) -> Sound:
    if name == MUSIC:
        return stretch(TRACK, 30, SAMPLES / 44_100)[:, :SAMPLES]
    heard_from = [(join - 1) * 1024 for join in JOINS]
    return SIGNALS[name](heard_from, SAMPLES, np.random.default_rng(3))


def joined(name: str, rung_number: int) -> list[JoinDifference]:
    return differences(run(sound(name), FULL[rung_number], SHORT))


@pytest.mark.parametrize("rung_number", range(3), ids=[rung.name for rung in FULL])
def test_joins_cannot_be_told_from_one_continuous_encode(rung_number: int) -> None:
    found = [join for name in (MUSIC, *HARD) for join in joined(name, rung_number)]
    assert len(found) == 4 * len(JOINS) >= 12
    assert failures(FULL[rung_number].name, found) == []


@pytest.mark.parametrize("pre_roll_frames", [1, 3])
def test_too_short_a_pre_roll_is_noticed(
    pre_roll_frames: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (aac, boundaries, chunks):
        monkeypatch.setattr(module, "PRE_ROLL_FRAMES", pre_roll_frames)
    assert failures("256k", joined("attack_in_one_channel", 1))


def test_twoloop_that_starts_without_silence_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(aac.SILENT_FRAMES, "twoloop", 0)
    assert failures("128k", joined("tones", 0))


def test_windows_are_read_for_each_channel() -> None:
    runs = run(sound("attack_in_one_channel"), FULL[1], SHORT)
    # Where the sound begins and ends is an attack in both channels.
    left, right = ({windows.sequence for windows in channel[8:-8]} for channel in runs.windows)
    assert left == {Sequencing.ONLY_LONG}
    assert right == set(Sequencing)


def test_windows_that_do_not_follow_are_illegal() -> None:
    long, short = Windows(Sequencing.ONLY_LONG, 1, 0), Windows(Sequencing.EIGHT_SHORT, 0, 0)
    start, stop = Windows(Sequencing.LONG_START, 0, 0), Windows(Sequencing.LONG_STOP, 1, 0)
    assert list(illegal([long, start, short, short, stop, start, stop, long])) == []
    assert list(illegal([long, short])) == [(1, "EIGHT_SHORT after ONLY_LONG")]
    assert list(illegal([long, stop])) == [(1, "LONG_STOP after ONLY_LONG")]
    assert list(illegal([short, long])) == [(1, "ONLY_LONG after EIGHT_SHORT")]
    assert list(illegal([replace(long, shape=0)])) == [(0, "ONLY_LONG has window shape 0")]


def test_what_is_no_sound_has_no_windows() -> None:
    with pytest.raises(UnknownWindows, match="begins with element 7"):
        first_channel(b"\xe0")
