from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from manifests.rendition import Ladder, Rung
from packager.encoding.aac import codec_config, encode_chunk
from packager.errors import EncoderFailed
from packager.sound.samples import LAYOUTS, Block
from tests.sources.audio import sound_of

RUNGS = (Rung("128k", 128_000), Rung("256k", 256_000), Rung("320k", 320_000))
LADDER = Ladder(RUNGS, 44_100, 2, frames_per_segment=258)
PRE_ROLL, FRAMES = 128, 80


@pytest.fixture(scope="module")
def padded(music: Path) -> Block:
    return sound_of(music, 2)[:, : (PRE_ROLL + FRAMES + 1) * 1024]


def decoded(ladder: Ladder, rung: Rung, units: tuple[bytes, ...]) -> Block:
    context = av.CodecContext.create("aac", "r")
    context.extradata = codec_config(ladder, rung)
    context.sample_rate = ladder.sample_rate_hz
    context.layout = LAYOUTS[ladder.channels]
    frames = [frame for unit in units for frame in context.decode(av.Packet(unit))]
    return np.concatenate([frame.to_ndarray() for frame in frames], axis=1)


def lag_of(sound: Block, original: Block) -> int:
    """By how many samples ``sound`` is late, of those within two frames."""
    spectra = np.fft.rfft(sound[0]) * np.conj(np.fft.rfft(original[0]))
    correlation = np.fft.irfft(spectra, sound.shape[1])
    lag = int(np.argmax(correlation))
    return lag if lag < sound.shape[1] // 2 else lag - sound.shape[1]


@pytest.mark.parametrize("rung", RUNGS, ids=lambda rung: rung.name)
def test_units_decode_where_the_grid_says(rung: Rung, padded: Block) -> None:
    units = encode_chunk(LADDER, rung, padded)
    assert len(units) == FRAMES
    sound = decoded(LADDER, rung, units)[:, 1024:]
    # Unit k yields the padded samples of frame k - 1; its own first decode lacks the overlap.
    first = PRE_ROLL * 1024
    original = padded[:, first : first + sound.shape[1]]
    assert lag_of(sound, original) == 0
    assert np.mean((sound - original) ** 2) < 0.07 * np.mean(original**2)


def test_units_hold_no_version_string(padded: Block) -> None:
    longer = np.tile(padded, 3)  # FFmpeg writes it into every 256th
    assert not any(b"Lavc" in unit for unit in encode_chunk(LADDER, RUNGS[1], longer))


def test_bit_rates_are_about_what_was_asked_for(padded: Block) -> None:
    for rung in RUNGS:
        bits = 8 * sum(map(len, encode_chunk(LADDER, rung, padded)))
        assert bits * 44_100 / 1024 / FRAMES == pytest.approx(rung.bitrate_bps, rel=0.15)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("rate_hz", "rate_index"), [(44_100, 4), (48_000, 3)])
def test_the_configuration_says_aac_lc(channels: int, rate_hz: int, rate_index: int) -> None:
    ladder = replace(LADDER, sample_rate_hz=rate_hz, channels=channels)
    config = int.from_bytes(codec_config(ladder, RUNGS[0])[:2], "big")
    assert (config >> 11, config >> 7 & 0xF, config >> 3 & 0xF) == (2, rate_index, channels)


def test_all_rungs_share_one_configuration() -> None:
    assert len({codec_config(LADDER, rung) for rung in RUNGS}) == 1


def test_what_is_no_sound_never_becomes_any(padded: Block) -> None:
    broken = padded.copy()
    broken[0, 70_000] = np.nan
    with pytest.raises(EncoderFailed):
        encode_chunk(LADDER, RUNGS[0], broken)


def test_a_rate_that_aac_lacks_is_an_error() -> None:
    with pytest.raises(EncoderFailed):
        codec_config(replace(LADDER, sample_rate_hz=44_101), RUNGS[0])
