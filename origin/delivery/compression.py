"""Compressing a representation once and keeping it for those who ask again.

The bytes are deterministic (no time in a header, one level), so ranges of them and their strong
entity tag hold across processes and machines. The tag names the library that made them: another
version of it may write other bytes. How quickly they were made it does not say (RFC 9110 §8.8.1):
so what is answered at one address is always made the same way.

A playlist is compressed once and sent a million times, so the levels are high ones: Brotli's
highest takes 16 ms for a playlist of an hour. For what is larger than any playlist of some hours
it would be seconds, for a twentieth of the size: that gets a lower one. What passes, as answers of
the API do, is made a few times for each time it is compressed: with Brotli at 5, a list of 20
tracks takes 0.1 ms and not 10, and is a fifth longer. Whoever asks while it is under way waits for
the same. What takes more than some hundred microseconds is for threads, in
which the libraries do not hold the interpreter: two for a process, so that one large document does
not hold up all small ones, and a herd of them does not take the processor from answers.
"""

import asyncio
import gzip
import hashlib
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple, Protocol

import brotli
import zstandard

from cdn.policy.coding import Coding
from origin.cache.flights import Flights, Ticket
from origin.delivery.body import Body, MemoryBody
from origin.delivery.bounded import ENTRY_BYTES, BoundedMap
from origin.memory_shares import USUAL

_GZIP_LEVEL: Final = 9
_BROTLI_QUALITY: Final = 11
_LARGE_BROTLI_QUALITY: Final = 9
_LARGE_BYTES: Final = 64 * 1024
"""Of what is larger, Brotli makes 3 MB/s at the first quality, and 15 MB/s at the second."""
_ZSTD_LEVEL: Final = 19
_QUICK_GZIP_LEVEL: Final = 6
_QUICK_BROTLI_QUALITY: Final = 5
_QUICK_ZSTD_LEVEL: Final = 9
_QUICK_INLINE_BYTES_MAX: Final = 16 * 1024
_THREADS: Final = 2


def _gzip(content: bytes, *, passes: bool = False) -> bytes:
    return gzip.compress(content, _QUICK_GZIP_LEVEL if passes else _GZIP_LEVEL, mtime=0)


def _brotli(content: bytes, *, passes: bool = False) -> bytes:
    quality = _BROTLI_QUALITY if len(content) <= _LARGE_BYTES else _LARGE_BROTLI_QUALITY
    if passes:
        quality = _QUICK_BROTLI_QUALITY
    compressed: bytes = brotli.compress(content, mode=brotli.MODE_TEXT, quality=quality)
    return compressed


def _zstd(content: bytes, *, passes: bool = False) -> bytes:
    level = _QUICK_ZSTD_LEVEL if passes else _ZSTD_LEVEL
    return zstandard.ZstdCompressor(level=level).compress(content)


class _Compress(Protocol):
    def __call__(self, content: bytes, *, passes: bool = False) -> bytes:
        """Return it compressed; what ``passes`` is compressed quickly."""


@dataclass(frozen=True, slots=True)
class _Compression:
    """How a coding is made; up to ``inline_bytes_max`` in less than 0.3 ms."""

    compress: "_Compress"
    version: str
    inline_bytes_max: int


_COMPRESSIONS: Final[Mapping[Coding, _Compression]] = {
    Coding.GZIP: _Compression(
        _gzip, f"{zlib.ZLIB_RUNTIME_VERSION} {_GZIP_LEVEL} {_QUICK_GZIP_LEVEL}", 8192
    ),
    Coding.BROTLI: _Compression(
        _brotli,
        f"{brotli.__version__} {_BROTLI_QUALITY} {_LARGE_BYTES} {_LARGE_BROTLI_QUALITY}"
        f" {_QUICK_BROTLI_QUALITY}",
        0,  # it begins with tables that take 0.3 ms
    ),
    Coding.ZSTD: _Compression(
        _zstd,
        ".".join(map(str, zstandard.ZSTD_VERSION)) + f" {_ZSTD_LEVEL} {_QUICK_ZSTD_LEVEL}",
        2048,
    ),
}


class _What(NamedTuple):
    """What is compressed into what, and how: quickly or not makes other bytes."""

    digest: str
    coding: Coding
    passes: bool


_TAGS: Final = {
    Coding.IDENTITY: "",
    **{
        coding: f"-{coding}-{hashlib.sha256(each.version.encode()).hexdigest()[:8]}"
        for coding, each in _COMPRESSIONS.items()
    },
}


def tag_of(coding: Coding) -> str:
    """Return what an entity tag says of a coding behind the digest of the content."""
    return _TAGS[coding]


class Compressor:
    """Compressed bodies by coding and by the digest of what they decompress to."""

    def __init__(self, bytes_max: int = USUAL.compressed) -> None:
        self._bodies: BoundedMap[_What, MemoryBody] = BoundedMap(bytes_max)
        self._flights: Flights[_What, MemoryBody] = Flights()
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="compression")

    def holds(self, digest: str, coding: Coding, *, passes: bool = False) -> bool:
        """Tell whether ``compressed`` would read nothing."""
        return self._bodies.get(_What(digest, coding, passes)) is not None

    async def compressed(
        self, digest: str, body: Body, coding: Coding, *, passes: bool = False
    ) -> MemoryBody:
        """Return ``body`` in a coding other than identity, reading it only the first time.

        What ``passes`` will soon be another, and is compressed quickly.
        """
        what = _What(digest, coding, passes)
        found = self._found(what)
        if found is None:
            content = await body.read()  # here, to be on the record of this request
            found = self._found(what) or self._flights.begin(
                what, partial(self._compress, what, content)
            )
        return found if isinstance(found, MemoryBody) else await asyncio.shield(found)

    def _found(self, what: _What) -> MemoryBody | asyncio.Task[MemoryBody] | None:
        """Return what there is already, or is being made."""
        return self._bodies.get(what) or self._flights.under_way(what)

    async def _compress(self, what: _What, content: bytes, _ticket: Ticket) -> MemoryBody:
        compression, passes = _COMPRESSIONS[what.coding], what.passes
        inline_bytes_max = _QUICK_INLINE_BYTES_MAX if passes else compression.inline_bytes_max
        compress = partial(compression.compress, content, passes=passes)
        if len(content) <= inline_bytes_max:
            squeezed = MemoryBody(compress())
        else:
            loop = asyncio.get_running_loop()
            made = await loop.run_in_executor(self._threads, compress)
            squeezed = MemoryBody(made)
        self._bodies.put(what, squeezed, squeezed.size_bytes + ENTRY_BYTES)
        return squeezed
