from dataclasses import replace

import pytest

from packager.ladder import choose
from packager.source.facts import Probe

WAV = Probe(
    container="wav",
    codec="pcm_s16le",
    sample_rate_hz=44_100,
    channels=2,
    bits_per_sample=16,
    bitrate_bps=1_411_200,
    lossless=True,
    samples=100_000,
    promised_samples=100_000,
    ends_early=False,
)
MP3 = replace(WAV, container="mp3", codec="mp3float", lossless=False)


def rungs(probe: Probe) -> list[tuple[str, int]]:
    return [(rung.name, rung.bitrate_bps) for rung in choose(probe)[0].rungs]


def test_a_lossless_source_gets_everything_and_no_note() -> None:
    ladder, notes = choose(WAV)
    assert rungs(WAV) == [("128k", 128_000), ("256k", 256_000), ("320k", 320_000)]
    assert (ladder.sample_rate_hz, ladder.channels, ladder.frames_per_segment) == (44_100, 2, 258)
    assert notes == ()


@pytest.mark.parametrize(
    ("bitrate_bps", "names", "above"),
    [
        (45_000, ["128k"], "128k"),
        (96_000, ["128k"], "128k"),
        (128_000, ["128k", "256k"], "256k"),
        (160_000, ["128k", "256k", "320k"], "256k, 320k"),
        (256_000, ["128k", "256k", "320k"], "320k"),
        (320_000, ["128k", "256k", "320k"], None),
    ],
)
def test_nothing_above_a_lossy_source_without_saying_so(
    bitrate_bps: int, names: list[str], above: str | None
) -> None:
    ladder, notes = choose(replace(MP3, bitrate_bps=bitrate_bps))
    assert [rung.name for rung in ladder.rungs] == names
    assert any("no 320k rendition" in note for note in notes) == ("320k" not in names)
    assert any(f"({above}) cannot sound better" in note for note in notes) == (above is not None)


def test_an_average_is_told_in_round_numbers() -> None:
    notes = choose(replace(MP3, bitrate_bps=127_958))[1]
    assert all("about 128 kbit/s" in note for note in notes)


def test_an_unknown_bit_rate_is_given_the_benefit_of_the_doubt() -> None:
    assert len(rungs(replace(MP3, bitrate_bps=None))) == 3


@pytest.mark.parametrize(
    ("source_rate_hz", "rate_hz", "frames"),
    [
        (8_000, 48_000, 281),
        (11_025, 44_100, 258),
        (22_050, 44_100, 258),
        (32_000, 48_000, 281),
        (37_800, 48_000, 281),
        (44_100, 44_100, 258),
        (48_000, 48_000, 281),
        (88_200, 44_100, 258),
        (96_000, 48_000, 281),
        (176_400, 44_100, 258),
        (352_800, 44_100, 258),
    ],
)
def test_rates_by_family(source_rate_hz: int, rate_hz: int, frames: int) -> None:
    ladder, notes = choose(replace(WAV, sample_rate_hz=source_rate_hz))
    assert (ladder.sample_rate_hz, ladder.frames_per_segment) == (rate_hz, frames)
    assert bool(notes) == (source_rate_hz != rate_hz)


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_one_channel_stays_one_without_the_rung_that_it_cannot_take(rate_hz: int) -> None:
    mono = replace(WAV, channels=1, sample_rate_hz=rate_hz)
    ladder, notes = choose(mono)
    assert ladder.channels == 1
    assert rungs(mono) == [("128k", 128_000), ("256k", 256_000)]
    assert any("no 320k rendition" in note for note in notes)


def test_more_than_two_channels_become_two() -> None:
    ladder, notes = choose(replace(WAV, channels=6))
    assert ladder.channels == 2
    assert any("6 channels" in note for note in notes)


def test_what_the_probe_noted_is_passed_on() -> None:
    assert choose(replace(WAV, notes=("Only its sound.",)))[1] == ("Only its sound.",)
