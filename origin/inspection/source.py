"""The door through which every byte of an inspected presentation comes in."""

from dataclasses import dataclass
from typing import Final, Protocol

from manifests.validate.delivery import Delivery, ObjectKind, Outcome

OBJECT_LIMIT_BYTES: Final = 32 << 20
"""Larger objects are refused: minutes of uncompressed stereo in one segment would fit."""

OBJECT_TIMEOUT_S: Final = 30.0
CONCURRENCY: Final = 8
ENDS_EARLY: Final = "it ends before the byte range that the playlist names"


@dataclass(frozen=True, slots=True)
class ByteSpan:
    """Part of an object, as a half-open range."""

    start_bytes: int
    end_bytes: int

    @property
    def size_bytes(self) -> int:
        """How many bytes it asks for."""
        return self.end_bytes - self.start_bytes


@dataclass(frozen=True, slots=True)
class Fetched:
    """An object as it came, or why it did not: then ``data`` is empty.

    Relative URIs inside it are resolved against ``base``.
    """

    delivery: Delivery
    data: bytes = b""
    base: str = ""

    @property
    def was_read(self) -> bool:
        """Whether ``data`` is the object's."""
        return self.delivery.outcome is Outcome.READ


class Source(Protocol):
    """Where a presentation is read from. It never raises for what a playlist or server does."""

    async def read(
        self, reference: str, *, base: str, kind: ObjectKind, span: ByteSpan | None = None
    ) -> Fetched:
        """Fetch what ``reference`` means inside the object at ``base`` ("" for an entry)."""
        ...

    async def aclose(self) -> None:
        """Close what was opened."""
        ...


def not_read(uri: str, kind: ObjectKind, outcome: Outcome, problem: str) -> Fetched:
    """Return an object that did not come, with the end of the sentence that says why."""
    return Fetched(Delivery(uri, kind, outcome, problem))
