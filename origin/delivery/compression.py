"""Compressing a representation once and keeping it for those who ask again.

The bytes are deterministic (no time in the header, one level), so ranges of them and their strong
entity tag hold across processes and machines. The tag names the zlib that made them: another
version of it may write other bytes.
"""

import asyncio
import gzip
import hashlib
import zlib
from typing import Final

from origin.delivery.body import Body, MemoryBody
from origin.delivery.bounded import BoundedMap

GZIP_LEVEL: Final = 6
GZIP_TAG: Final = "gzip-" + hashlib.sha256(zlib.ZLIB_RUNTIME_VERSION.encode()).hexdigest()[:8]
"""What an entity tag says of the coding."""

_BYTES_MAX: Final = 16 * 1024 * 1024
_INLINE_BYTES_MAX: Final = 32 * 1024
"""Up to here compressing takes under a millisecond, less than a trip to a thread is worth."""


class Compressor:
    """Compressed bodies by the digest of what they decompress to."""

    def __init__(self, bytes_max: int = _BYTES_MAX) -> None:
        self._bodies: BoundedMap[str, MemoryBody] = BoundedMap(bytes_max)

    async def gzip(self, digest: str, body: Body) -> MemoryBody:
        """Return ``body`` compressed, reading it only the first time."""
        known = self._bodies.get(digest)
        if known is not None:
            return known
        content = await body.read()
        if len(content) > _INLINE_BYTES_MAX:
            squeezed = await asyncio.to_thread(_gzip, content)
        else:
            squeezed = _gzip(content)
        compressed = MemoryBody(squeezed)
        self._bodies.put(digest, compressed, compressed.size_bytes)
        return compressed


def _gzip(content: bytes) -> bytes:
    return gzip.compress(content, GZIP_LEVEL, mtime=0)
