import asyncio
import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass

import brotli
import pytest
import zstandard

from cdn.policy.coding import Coding
from origin.delivery.body import MemoryBody
from origin.delivery.compression import Compressor, tag_of
from origin.delivery.errors import StoreUnavailable

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
    failures: int = 0

    @property
    def size_bytes(self) -> int:
        return len(self.content)

    async def check(self) -> None:
        self.reads += 1

    async def read(self) -> bytes:
        self.reads += 1
        if self.reads <= self.failures:
            raise StoreUnavailable("It is down.")
        return self.content


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


@pytest.mark.parametrize("coding", DECOMPRESS)
async def test_what_passes_is_not_given_in_place_of_what_lasts(coding: Coding) -> None:
    compressor, body = Compressor(), CountedBody(LONG[:10_000])
    alone = await Compressor().compressed("digest", body, coding)
    quick = await compressor.compressed("digest", body, coding, passes=True)
    assert not compressor.holds("digest", coding)
    well = await compressor.compressed("digest", body, coding)
    assert well == alone
    assert quick != alone
    assert compressor.holds("digest", coding, passes=True)


async def test_what_does_not_fit_is_compressed_again() -> None:
    compressor, body = Compressor(bytes_max=1), CountedBody(b"#EXTM3U\n")
    await compressor.compressed("digest", body, Coding.GZIP)
    await compressor.compressed("digest", body, Coding.GZIP)
    assert body.reads == 2


LONG = b"".join(b"#EXTINF:5.99093,\n%05d.m4s\n" % number for number in range(3000))


@pytest.mark.parametrize("coding", DECOMPRESS)
@pytest.mark.parametrize("content", [b"#EXTM3U\n", LONG], ids=["short", "long"])
async def test_whoever_asks_while_it_is_compressed_gets_the_same(
    coding: Coding, content: bytes
) -> None:
    compressor, body = Compressor(), MemoryBody(content)
    asked = [compressor.compressed("digest", body, coding) for _ in range(100)]
    first, *others = await asyncio.gather(*asked)
    assert all(other is first for other in others)


async def test_who_goes_away_takes_nothing_from_others() -> None:
    compressor, body = Compressor(), CountedBody(LONG)
    first = asyncio.create_task(compressor.compressed("digest", body, Coding.BROTLI))
    await asyncio.sleep(0)
    second = asyncio.create_task(compressor.compressed("digest", body, Coding.BROTLI))
    await asyncio.sleep(0)
    first.cancel()
    assert brotli.decompress((await second).content) == LONG
    assert first.cancelled()
    assert body.reads == 1


async def test_what_everybody_went_away_from_is_kept() -> None:
    compressor, body = Compressor(), CountedBody(LONG)
    first = asyncio.create_task(compressor.compressed("digest", body, Coding.BROTLI))
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    await compressor.compressed("digest", body, Coding.BROTLI)
    assert body.reads == 1


async def test_an_error_is_not_remembered() -> None:
    compressor, body = Compressor(), CountedBody(b"#EXTM3U\n", failures=1)
    with pytest.raises(StoreUnavailable):
        await compressor.compressed("digest", body, Coding.GZIP)
    squeezed = await compressor.compressed("digest", body, Coding.GZIP)
    assert gzip.decompress(squeezed.content) == body.content


async def test_few_are_compressed_at_once_and_the_loop_goes_on_meanwhile() -> None:
    others, compressor, turns, at_once = {*threading.enumerate()}, Compressor(), 0, 0
    asked = asyncio.gather(
        *(
            compressor.compressed(str(number), MemoryBody(LONG), coding)
            for number in range(10)
            for coding in DECOMPRESS
        )
    )
    while not asked.done():
        await asyncio.sleep(0.001)
        turns += 1
        names = [thread.name for thread in threading.enumerate() if thread not in others]
        at_once = max(at_once, sum(name.startswith("compression") for name in names))
    assert len(await asked) == 30
    assert turns > 30
    assert at_once == 2


@pytest.mark.parametrize(("size_bytes", "quality"), [(65_536, 11), (65_537, 9)])
async def test_what_is_large_is_compressed_less_hard(size_bytes: int, quality: int) -> None:
    content = LONG[:size_bytes]
    assert len(content) == size_bytes
    squeezed = await Compressor().compressed("digest", MemoryBody(content), Coding.BROTLI)
    expected = brotli.compress(content, mode=brotli.MODE_TEXT, quality=quality)
    assert squeezed.content == expected
