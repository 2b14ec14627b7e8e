from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from packager.errors import CorruptSource, SourceTooLarge
from packager.limits import Limits
from packager.sound.decode import decode
from packager.sound.samples import Block
from packager.source.probe import probe
from tests.sources.audio import converted, samples_of_m4a, sound_of

LIMITS = Limits()


def decoded(path: Path, channels: int = 2, limits: Limits = LIMITS) -> Block:
    return np.concatenate(list(decode(path, probe(path, LIMITS), channels, limits)), axis=1)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("x.wav", "pcm_s16le"),
        ("x.wav", "pcm_s24le"),
        ("x.wav", "pcm_f32le"),
        ("x.flac", "flac"),
        ("x.m4a", "alac"),
    ],
)
def test_lossless_sound_is_bit_exact(name: str, codec: str, music: Path, tmp_path: Path) -> None:
    sound = decoded(converted(music, tmp_path / name, "-c:a", codec))
    assert sound.dtype == np.float32
    assert np.array_equal(sound, sound_of(music, 2))


def test_overs_are_not_clipped(music: Path, tmp_path: Path) -> None:
    loud = converted(music, tmp_path / "x.wav", "-af", "volume=12dB", "-c:a", "pcm_f32le")
    assert np.abs(decoded(loud)).max() > 1.5


def test_what_the_container_cuts_is_not_heard(music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / "x.m4a", "-c:a", "aac", "-b:a", "256k")
    original = sound_of(music, 2)
    original = original[:, : samples_of_m4a(original.shape[1])]
    sound = decoded(source)
    assert sound.shape == original.shape
    assert np.mean((sound - original) ** 2) < 0.05 * np.mean(original**2)


def front(*gains: float) -> str:
    """Six channels (FL FR FC LFE SL SR) of the same sound at these gains."""
    return "pan=5.1(side)|" + "|".join(f"c{n}={gain}*c0" for n, gain in enumerate(gains))


@pytest.mark.parametrize(
    ("gains", "left", "right"),
    [
        ((1, 0, 0, 0, 0, 0), 1, 0),
        ((0, 1, 0, 0, 0, 0), 0, 1),
        ((0, 0, 1, 0, 0, 0), 0.7071, 0.7071),
        ((0, 0, 0, 1, 0, 0), 0, 0),
        ((0, 0, 0, 0, 1, 0), 0.7071, 0),
        ((0, 0, 0, 0, 0, 1), 0, 0.7071),
    ],
)
def test_mixing_down_follows_bs_775_and_cannot_clip(
    gains: tuple[float, ...], left: float, right: float, music: Path, tmp_path: Path
) -> None:
    source = converted(music, tmp_path / "x.wav", "-af", front(*gains), "-c:a", "pcm_f32le")
    original = sound_of(music, 2)[:1]
    scale = 1 / (1 + 0.7071 + 0.7071)
    expected = np.concatenate([original * left, original * right]) * scale
    assert np.allclose(decoded(source), expected, atol=1e-4)


def test_one_channel_stays_as_it_is(music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / "x.wav", "-af", "pan=mono|c0=c0")
    assert np.array_equal(decoded(source, 1), sound_of(music, 2)[:1])


def test_a_damaged_flac_is_found_by_its_checksums(music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / "x.flac")
    data = bytearray(source.read_bytes())
    data[len(data) // 2] ^= 0x10
    source.write_bytes(data)
    with pytest.raises(CorruptSource):
        decoded(source)


def test_one_damaged_packet_is_no_reason_to_refuse_a_stream(music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / "x.mp3", "-b:a", "128k")
    data = bytearray(source.read_bytes())
    middle = data.index(b"\xff\xfb", len(data) // 2)
    data[middle + 4 : middle + 40] = b"\xff" * 36
    source.write_bytes(data)
    assert decoded(source).shape[1] == pytest.approx(220_507, abs=2 * 1152)


def test_many_are(music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / "x.m4a", "-c:a", "aac")
    data = bytearray(source.read_bytes())
    sound = slice(len(data) // 4, len(data) // 2)
    data[sound] = b"\xff" * len(data[sound])
    source.write_bytes(data)
    with pytest.raises(CorruptSource, match="damaged"):
        decoded(source)


def test_a_stream_that_changes_on_the_way(music: Path, tmp_path: Path) -> None:
    stereo = converted(music, tmp_path / "2.aac", "-c:a", "aac").read_bytes()
    mono = converted(music, tmp_path / "1.aac", "-c:a", "aac", "-ac", "1").read_bytes()
    source = tmp_path / "x.aac"
    source.write_bytes(stereo + mono)
    with pytest.raises(CorruptSource, match="changes its sample rate or channels"):
        decoded(source)


def test_the_container_may_end_the_sound_anywhere(music: Path, tmp_path: Path) -> None:
    found = probe(converted(music, tmp_path / "x.m4a", "-c:a", "aac"), LIMITS)
    for samples in (1, 65_535, 65_536, 65_537):
        ending = replace(found, samples=samples, promised_samples=None)
        blocks = list(decode(tmp_path / "x.m4a", ending, 2, LIMITS))
        assert sum(block.shape[1] for block in blocks) == samples


def test_nothing_that_is_heard(music: Path) -> None:
    silent = replace(probe(music, LIMITS), samples=0, promised_samples=None, ends_early=True)
    with pytest.raises(CorruptSource, match="no sound after it"):
        list(decode(music, silent, 2, LIMITS))


def test_the_limit_holds_for_what_comes_out(music: Path) -> None:
    lying = replace(probe(music, LIMITS), samples=1, promised_samples=None)
    with pytest.raises(SourceTooLarge):
        list(decode(music, lying, 2, Limits(duration_s=2)))


def test_a_promise_that_is_not_kept(music: Path) -> None:
    lying = replace(probe(music, LIMITS), promised_samples=300_000)
    with pytest.raises(CorruptSource, match="cut off"):
        list(decode(music, lying, 2, LIMITS))
