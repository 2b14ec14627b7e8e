"""Values by the bytes that they were read from, for what comes again and again.

Much does not: a CDN puts a name of its own on every request. So only what comes a second time is
held, and of what came once no more than its hash. All is forgotten when there is too much of it:
what is still in use is there again at once.
"""

from typing import Final, Generic, TypeVar

V = TypeVar("V")

_ONCE_MAX: Final = 16_384
"""Hashes of what came: 2 MB."""
_BESIDE_BYTES: Final = 400
"""What it takes to hold a value, beside the bytes and as many in it."""


class Interned(Generic[V]):
    """Values, which may be looked up in ``known``, and are offered when they are not there."""

    def __init__(self, bytes_max: int) -> None:
        self.known: dict[bytes, V] = {}
        self._bytes_max = bytes_max
        self._size_bytes = 0
        self._once: set[int] = set()

    def offer(self, source: bytes, value: V) -> None:
        """Hold a value if its bytes have come before."""
        mark = hash(source)
        if mark not in self._once:
            if len(self._once) >= _ONCE_MAX:
                self._once.clear()
            self._once.add(mark)
            return
        size_bytes = 2 * len(source) + _BESIDE_BYTES
        if self._size_bytes + size_bytes > self._bytes_max:
            self.known.clear()
            self._size_bytes = 0
        self.known[source] = value
        self._size_bytes += size_bytes
