"""What players decode is the source: not a sample more or less, on every rung and across them."""

from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from tests.sources.audio import Sound, excerpt, heard, sound_of
from tests.sources.package import InFolder, package_into

SEGMENT = 258 * 1024


@pytest.fixture(scope="module")
def source(long_music: Path) -> Sound:
    return sound_of(long_music, 2)


@pytest.fixture(scope="module")
def asset(long_music: Path, tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    return package_into(tmp_path_factory.mktemp("store"), long_music)


def noise_ratio_db(sound: Sound, source: Sound) -> float:
    """How far coding noise lies below the sound."""
    return float(10 * np.log10(np.mean((sound - source) ** 2) / np.mean(source**2)))


def segments(asset: InFolder, rung: str) -> list[bytes]:
    rendition = next(one for one in asset.index.renditions if one.rung == rung)
    return [asset.read(segment.name) for segment in rendition.segments]


def init(asset: InFolder, rung: str) -> bytes:
    return asset.read(f"{rung}/init.mp4")


@pytest.mark.parametrize("rung", ["128k", "256k", "320k"])
def test_every_rung_decodes_to_the_source(rung: str, asset: InFolder, source: Sound) -> None:
    sound = heard(asset.playlist(rung), 2)
    assert sound.shape == source.shape
    assert noise_ratio_db(sound, source) < -12


@pytest.mark.parametrize("rung", ["128k", "256k", "320k"])
def test_concatenated_segments_decode_to_the_same(
    rung: str, asset: InFolder, tmp_path: Path
) -> None:
    whole = tmp_path / "whole.mp4"
    whole.write_bytes(init(asset, rung) + b"".join(segments(asset, rung)))
    assert np.array_equal(heard(whole, 2), heard(asset.playlist(rung), 2))


def test_joins_of_chunks_are_no_worse_than_what_is_around_them(
    asset: InFolder, source: Sound
) -> None:
    sound = heard(asset.playlist("320k"), 2)
    for segment_number in (1, 11):
        join = segment_number * SEGMENT
        at = slice(join - 2048, join + 2048)
        around = slice(join - 44_100, join + 44_100)
        there = noise_ratio_db(sound[:, at], source[:, at])
        assert there < noise_ratio_db(sound[:, around], source[:, around]) + 3


def test_switching_at_every_boundary_gives_no_gap(
    asset: InFolder, source: Sound, tmp_path: Path
) -> None:
    """All rungs have one decoder configuration, so a switch is the next segment, as in MSE."""
    by_rung = {rung: segments(asset, rung) for rung in asset.rungs}
    order = cycle(["128k", "320k", "256k"])
    count = len(by_rung["128k"])
    mixed = tmp_path / "mixed.mp4"
    mixed.write_bytes(
        init(asset, "128k")
        + b"".join(by_rung[rung][k] for k, rung in zip(range(count), order, strict=False))
    )
    sound = heard(mixed, 2)
    assert sound.shape == source.shape
    assert noise_ratio_db(sound, source) < -12
    for boundary in range(1, count):
        at = slice(boundary * SEGMENT - 2048, boundary * SEGMENT)
        assert noise_ratio_db(sound[:, at], source[:, at]) < -6


@pytest.mark.parametrize("samples", [50, 441, 1023, 1024, 1025, 264_192, 264_193, 286_000])
def test_any_length_is_kept(samples: int, tmp_path: Path) -> None:
    source = excerpt(tmp_path / "x.wav", samples=samples)
    asset = package_into(tmp_path / "store", source)
    assert asset.index.samples == samples
    for rung in asset.rungs:
        assert heard(asset.playlist(rung), 2).shape == (2, samples)
