import gzip
from collections.abc import Callable
from dataclasses import dataclass

import brotli
import pytest
import zstandard

from origin.delivery.body import MemoryBody
from origin.delivery.compression import Compressor, tag_of
from origin.delivery.encoding import Coding
from origin.delivery.range import ByteSpan

DECOMPRESS: dict[Coding, Callable[[bytes], bytes]] = {
    Coding.GZIP: gzip.decompress,
    Coding.BROTLI: brotli.decompress,
    Coding.ZSTD: zstandard.decompress,
}


@dataclass
class CountedBody:
    """A body that counts how often it is read."""

    content: bytes
    reads: int = 0

    @property
    def size_bytes(self) -> int:
        return len(self.content)

    async def check(self) -> None:
        self.reads += 1

    async def read(self) -> bytes:
        self.reads += 1
        return self.content

    async def read_span(self, span: ByteSpan) -> bytes:
        return self.content[span.start : span.stop]


@pytest.mark.parametrize("coding", DECOMPRESS)
async def test_a_body_is_read_and_compressed_once(coding: Coding) -> None:
    compressor, body = Compressor(), CountedBody(b"#EXTM3U\n" * 100)
    assert not compressor.holds("digest", coding)
    first = await compressor.compressed("digest", body, coding)
    assert compressor.holds("digest", coding)
    assert await compressor.compressed("digest", body, coding) is first
    assert DECOMPRESS[coding](first.content) == body.content
    assert first.size_bytes < body.size_bytes / 10
    assert body.reads == 1


@pytest.mark.parametrize("coding", DECOMPRESS)
async def test_the_bytes_do_not_depend_on_time_or_place(coding: Coding) -> None:
    body = MemoryBody(bytes(range(256)) * 1000)
    first, second = [await Compressor().compressed("digest", body, coding) for _ in range(2)]
    assert first == second
    if coding is Coding.GZIP:
        assert first.content[4:8] == bytes(4), "no modification time (RFC 1952 §2.3.1)"


async def test_each_coding_is_a_representation_of_its_own() -> None:
    compressor, body = Compressor(), CountedBody(b"#EXTM3U\n")
    made = [await compressor.compressed("digest", body, coding) for coding in DECOMPRESS]
    assert len({each.content for each in made}) == len(DECOMPRESS) == body.reads
    assert len({tag_of(coding) for coding in Coding}) == len(Coding)


async def test_what_does_not_fit_is_compressed_again() -> None:
    compressor, body = Compressor(bytes_max=1), CountedBody(b"#EXTM3U\n")
    await compressor.compressed("digest", body, Coding.GZIP)
    await compressor.compressed("digest", body, Coding.GZIP)
    assert body.reads == 2
