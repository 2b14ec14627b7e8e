import gzip
from dataclasses import dataclass

from origin.delivery.body import MemoryBody
from origin.delivery.compression import Compressor
from origin.delivery.range import ByteSpan


@dataclass
class CountedBody:
    """A body that counts how often it is read."""

    content: bytes
    reads: int = 0

    @property
    def size_bytes(self) -> int:
        return len(self.content)

    async def read(self) -> bytes:
        self.reads += 1
        return self.content

    async def read_span(self, span: ByteSpan) -> bytes:
        return self.content[span.start : span.stop]


async def test_a_body_is_read_and_compressed_once() -> None:
    compressor, body = Compressor(), CountedBody(b"#EXTM3U\n" * 100)
    first = await compressor.gzip("digest", body)
    assert await compressor.gzip("digest", body) is first
    assert gzip.decompress(first.content) == body.content
    assert body.reads == 1


async def test_the_bytes_do_not_depend_on_time_or_place() -> None:
    content = bytes(range(256)) * 1000
    bodies = [await Compressor().gzip("digest", MemoryBody(content)) for _ in range(2)]
    assert bodies[0] == bodies[1]
    assert bodies[0].content[4:8] == bytes(4), "no modification time (RFC 1952 §2.3.1)"


async def test_what_does_not_fit_is_compressed_again() -> None:
    compressor, body = Compressor(bytes_max=1), CountedBody(b"#EXTM3U\n")
    await compressor.gzip("digest", body)
    await compressor.gzip("digest", body)
    assert body.reads == 2
