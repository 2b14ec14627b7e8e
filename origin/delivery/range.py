"""Which bytes a Range header asks for (RFC 9110 §14). Pure.

``select`` answers with one of three things: the whole representation, because the header asks for
nothing that we serve in parts; some parts of it; or the fact that no part asked for exists. A
header that is malformed, of another unit, or made to cost more than it is worth (more than eight
parts, or parts that overlap or go backwards, RFC 9110 §14.2) is ignored, as the standard allows.

Ranges are half-open here; ``content_range`` writes the inclusive form of the wire.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

PARTS_MAX: Final = 8
"""More ranges than this in one request are ignored."""

_SPEC: Final = re.compile(r"(?P<first>[0-9]*)-(?P<last>[0-9]*)")
_DIGITS_MAX: Final = 18


@dataclass(frozen=True, slots=True)
class ByteSpan:
    """Bytes from ``start`` up to, not including, ``stop``."""

    start: int
    stop: int

    @property
    def size_bytes(self) -> int:
        """How many bytes it holds; never 0."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Whole:
    """Send all of it, as if no range had been asked for."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Send these, at least one, ascending and apart from each other."""

    spans: tuple[ByteSpan, ...]


@dataclass(frozen=True, slots=True)
class Unsatisfiable:
    """Nothing that was asked for exists (RFC 9110 §15.5.17)."""


Selection = Whole | Parts | Unsatisfiable


def select(header: str | None, size_bytes: int) -> Selection:
    """Decide what a GET with this Range header gets of a representation of ``size_bytes``."""
    specs = None if header is None else _parse(header)
    if specs is None:
        return Whole()
    resolved = (_resolve(first, last, size_bytes) for first, last in specs)
    spans = tuple(span for span in resolved if span is not None)
    if not spans:
        return Whole() if size_bytes == 0 and _ends_in_any(specs) else Unsatisfiable()
    ascending = all(before.stop <= after.start for before, after in pairwise(spans))
    return Parts(spans) if ascending else Whole()


def content_range(span: ByteSpan, size_bytes: int) -> str:
    """Return the Content-Range of one part (RFC 9110 §14.4)."""
    return f"bytes {span.start}-{span.stop - 1}/{size_bytes}"


def unsatisfied_content_range(size_bytes: int) -> str:
    """Return the Content-Range that goes with 416 (RFC 9110 §14.4)."""
    return f"bytes */{size_bytes}"


def _parse(header: str) -> list[tuple[int | None, int | None]] | None:
    """Return (first, last) pairs as on the wire, or None where the header is to be ignored."""
    unit, equals, range_set = header.partition("=")
    if not equals or unit.lower() != "bytes":  # RFC 9110 §14.1: units are case-insensitive
        return None
    specs: list[tuple[int | None, int | None]] = []
    for element in range_set.split(","):
        text = element.strip(" \t")
        if not text:  # RFC 9110 §5.6.1.2: empty list elements are ignored
            continue
        spec = _parse_spec(text)
        if spec is None or len(specs) == PARTS_MAX:
            return None
        specs.append(spec)
    return specs or None


def _parse_spec(text: str) -> tuple[int | None, int | None] | None:
    match = _SPEC.fullmatch(text)
    if match is None:
        return None
    first, last = _number(match["first"]), _number(match["last"])
    if first is None and last is None:
        return None
    if first is not None and last is not None and last < first:  # RFC 9110 §14.1.1
        return None
    return first, last


def _ends_in_any(specs: Iterable[tuple[int | None, int | None]]) -> bool:
    """Tell whether the end of nothing was asked for: that exists, but no Content-Range names it."""
    return any(first is None and last for first, last in specs)


def _number(digits: str) -> int | None:
    """Read decimal digits of any length in linear time; None where there are none."""
    if not digits:
        return None
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= _DIGITS_MAX else sys.maxsize


def _resolve(first: int | None, last: int | None, size_bytes: int) -> ByteSpan | None:
    """Fit one range to the representation (RFC 9110 §14.1.2); None where it is outside."""
    if first is None:
        start, stop = max(0, size_bytes - (last or 0)), size_bytes
    else:
        start, stop = first, size_bytes if last is None else min(last + 1, size_bytes)
    return ByteSpan(start, stop) if start < stop else None
