"""When a lossless rung is made, and with how many bits."""

from dataclasses import replace

import pytest

from manifests.rendition import Codec
from packager.extras import Extras
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
LOSSLESS = Extras(lossless=True)


def test_nobody_gets_it_unasked() -> None:
    ladder, _ = choose(WAV)
    assert {rung.codec for rung in ladder.rungs} == {Codec.AAC_LC}
    assert not ladder.packed_audio


def test_it_is_above_all_others_at_the_rate_of_its_samples() -> None:
    ladder, notes = choose(WAV, LOSSLESS)
    assert [rung.name for rung in ladder.rungs] == ["128k", "256k", "320k", "lossless"]
    assert ladder.rungs[-1].codec is Codec.FLAC
    assert ladder.rungs[-1].bitrate_bps == 1_411_200
    assert notes == ()


@pytest.mark.parametrize(
    ("codec", "source_bits", "bits", "is_rounded"),
    [
        ("pcm_u8", 8, 16, False),
        ("pcm_s16le", 16, 16, False),
        ("flac", 20, 24, False),
        ("pcm_s24le", 24, 24, False),
        ("alac", None, 24, False),
        ("pcm_s32le", 32, 24, True),
        ("pcm_f32le", 32, 24, True),
        ("pcm_f16le", 16, 24, True),
    ],
)
def test_the_sources_bits_are_kept_as_far_as_24(
    codec: str, source_bits: int | None, bits: int, *, is_rounded: bool
) -> None:
    ladder, notes = choose(replace(WAV, codec=codec, bits_per_sample=source_bits), LOSSLESS)
    assert ladder.rungs[-1].bits_per_sample == bits
    assert [("finer samples" in note) for note in notes] == [True] * is_rounded


@pytest.mark.parametrize("changed", [{"sample_rate_hz": 96_000}, {"channels": 6}])
def test_a_sound_that_was_changed_has_24_bits_and_a_note(changed: dict[str, int]) -> None:
    ladder, notes = choose(replace(WAV, **changed), LOSSLESS)  # type: ignore[arg-type]  # all are int
    assert ladder.rungs[-1].bits_per_sample == 24
    assert any("not the source bit for bit" in note for note in notes)


def test_one_channel_stays_one() -> None:
    ladder, _ = choose(replace(WAV, channels=1), LOSSLESS)
    assert (ladder.channels, ladder.rungs[-1].bitrate_bps) == (1, 705_600)


def test_a_lossy_source_gets_a_note_instead() -> None:
    mp3 = replace(WAV, codec="mp3float", lossless=False, bitrate_bps=320_000)
    ladder, notes = choose(mp3, LOSSLESS)
    assert [rung.name for rung in ladder.rungs] == ["128k", "256k", "320k"]
    assert any("no lossless rendition" in note for note in notes)


def test_packed_audio_is_a_property_of_the_ladder() -> None:
    ladder, notes = choose(WAV, Extras(packed_audio=True))
    assert ladder.packed_audio
    assert len(ladder.rungs) == 3
    assert notes == ()
