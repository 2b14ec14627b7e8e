"""What a WavPack file's own header says, and what is then claimed of a lossless rendition."""

from pathlib import Path

import pytest

from packager.extras import Extras
from packager.ladder import choose
from packager.limits import Limits
from packager.source.facts import Probe
from packager.source.probe import probe
from packager.source.wavpack import WavPackBlock
from tests.sources.audio import converted

LIMITS = Limits()
LOSSLESS = Extras(lossless=True)
FLAGS_AT = 24
HYBRID = 1 << 3


def notes_on(probed: Probe) -> str:
    return " ".join(choose(probed, LOSSLESS)[1])


@pytest.mark.parametrize(("sample_format", "bits"), [("u8p", 8), ("s16p", 16), ("fltp", 32)])
def test_the_first_block_tells_the_bits(
    sample_format: str, bits: int, music: Path, tmp_path: Path
) -> None:
    path = converted(music, tmp_path / "x.wv", "-sample_fmt", sample_format)
    found = probe(path, LIMITS)
    assert (found.codec, found.bits_per_sample, found.lossless) == ("wavpack", bits, True)
    assert ("finer samples than 24 bits" in notes_on(found)) is (bits == 32)


def test_the_lossy_half_of_a_hybrid_is_not_lossless(music: Path, tmp_path: Path) -> None:
    path = converted(music, tmp_path / "x.wv", "-sample_fmt", "s16p")
    data = bytearray(path.read_bytes())
    data[FLAGS_AT] |= HYBRID
    path.write_bytes(data)
    found = probe(path, LIMITS)
    assert not found.lossless
    assert "no lossless rendition" in notes_on(found)


@pytest.mark.parametrize("data", [b"", b"wvpk", b"RIFF" + bytes(40)])
def test_other_files_have_no_block(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.wv"
    path.write_bytes(data)
    assert WavPackBlock.read(path) is None
