"""Compressing a representation once and keeping it for those who ask again.

The bytes are deterministic (no time in a header, one level), so ranges of them and their strong
entity tag hold across processes and machines. The tag names the library that made them: another
version of it may write other bytes.

A playlist is compressed once and sent a million times, so the levels are high ones. Brotli's
highest takes some ten milliseconds for a playlist of an hour, which is a thread's work.
"""

import asyncio
import gzip
import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import brotli
import zstandard

from origin.delivery.body import Body, MemoryBody
from origin.delivery.bounded import BoundedMap
from origin.delivery.encoding import Coding

_GZIP_LEVEL: Final = 9
_BROTLI_QUALITY: Final = 11
_ZSTD_LEVEL: Final = 19
_BYTES_MAX: Final = 16 * 1024 * 1024
_INLINE_BYTES_MAX: Final = 512
"""Up to here compressing takes less than a trip to a thread."""


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, _GZIP_LEVEL, mtime=0)


def _brotli(content: bytes) -> bytes:
    compressed: bytes = brotli.compress(content, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
    return compressed


def _zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(content)


@dataclass(frozen=True, slots=True)
class _Compression:
    compress: Callable[[bytes], bytes]
    version: str


_COMPRESSIONS: Final[Mapping[Coding, _Compression]] = {
    Coding.GZIP: _Compression(_gzip, f"{zlib.ZLIB_RUNTIME_VERSION} {_GZIP_LEVEL}"),
    Coding.BROTLI: _Compression(_brotli, f"{brotli.__version__} {_BROTLI_QUALITY}"),
    Coding.ZSTD: _Compression(
        _zstd, ".".join(map(str, zstandard.ZSTD_VERSION)) + f" {_ZSTD_LEVEL}"
    ),
}
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

    def __init__(self, bytes_max: int = _BYTES_MAX) -> None:
        self._bodies: BoundedMap[tuple[str, Coding], MemoryBody] = BoundedMap(bytes_max)

    def holds(self, digest: str, coding: Coding) -> bool:
        """Tell whether ``compressed`` would read nothing."""
        return self._bodies.get((digest, coding)) is not None

    async def compressed(self, digest: str, body: Body, coding: Coding) -> MemoryBody:
        """Return ``body`` in a coding other than identity, reading it only the first time."""
        known = self._bodies.get((digest, coding))
        if known is not None:
            return known
        content, compress = await body.read(), _COMPRESSIONS[coding].compress
        if len(content) > _INLINE_BYTES_MAX:
            squeezed = MemoryBody(await asyncio.to_thread(compress, content))
        else:
            squeezed = MemoryBody(compress(content))
        self._bodies.put((digest, coding), squeezed, squeezed.size_bytes)
        return squeezed
