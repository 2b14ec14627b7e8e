"""Read which windows an AAC access unit was made with, and tell whether they may follow each other.

A unit begins with its channel element. Its ``ics_info`` (ISO/IEC 14496-3, table 4.6) tells window
sequence, window shape and grouping: once for both channels of a pair if ``common_window`` is set,
else once in each channel's stream. The second channel's comes after the first one's spectrum then,
whose end only a Huffman decoder finds. It is read in another way: the encoder chooses windows for
each channel on its own, so the same sound with its channels swapped has it in front. That this
holds is checked at every unit: ``common_window`` has to be set exactly where both are equal.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise

_SINGLE_CHANNEL, _CHANNEL_PAIR, _FILL = 0, 1, 6
"""``id_syn_ele`` (ISO/IEC 14496-3, table 4.85)."""
_ESCAPED_FILL = 15


class Sequencing(IntEnum):
    """``window_sequence`` (ISO/IEC 14496-3, table 4.109)."""

    ONLY_LONG = 0
    LONG_START = 1
    EIGHT_SHORT = 2
    LONG_STOP = 3

    @property
    def ends_short(self) -> bool:
        """Whether its second half has the slope of a short window."""
        return self in {Sequencing.LONG_START, Sequencing.EIGHT_SHORT}

    @property
    def starts_short(self) -> bool:
        """Whether its first half has the slope of a short window."""
        return self in {Sequencing.EIGHT_SHORT, Sequencing.LONG_STOP}


@dataclass(frozen=True, slots=True)
class Windows:
    """One channel's windows in one unit; ``shape`` is 0 for sine and 1 for Kaiser-Bessel."""

    sequence: Sequencing
    shape: int
    grouping: int


class UnknownWindows(Exception):
    """An access unit that is not what the encoder is known to write."""


def illegal(channel: Sequence[Windows]) -> Iterator[tuple[int, str]]:
    """Yield where one channel's windows do not follow from those before, and what is wrong.

    A short slope overlaps with a short one, a long one with a long one (ISO/IEC 14496-3,
    4.6.11.3.2). The left slope takes its shape from the unit before, which the encoder remembers
    but does not write: here short slopes are sine and long ones Kaiser-Bessel throughout, so that
    what an encoder remembers at a join follows from the sequence.
    """
    for number, windows in enumerate(channel):
        if windows.shape != (not windows.sequence.ends_short):
            yield number, f"{windows.sequence.name} has window shape {windows.shape}"
    for number, (before, after) in enumerate(pairwise(channel), 1):
        if before.sequence.ends_short != after.sequence.starts_short:
            yield number, f"{after.sequence.name} after {before.sequence.name}"


def both_channels(
    units: Sequence[bytes], swapped: Sequence[bytes]
) -> tuple[tuple[Windows, ...], tuple[Windows, ...]]:
    """Return the windows of both channels, given the same sound also with its channels swapped.

    Raises UnknownWindows if the two disagree anywhere.
    """
    first = [first_channel(unit) for unit in units]
    second = [first_channel(unit) for unit in swapped]
    for number, ((left, common), (right, _)) in enumerate(zip(first, second, strict=True)):
        if common != (left == right):
            raise UnknownWindows(
                f"unit {number} shares windows: {common}; they are {left}, {right}"
            )
    return tuple(left for left, _ in first), tuple(right for right, _ in second)


def first_channel(unit: bytes) -> tuple[Windows, bool]:
    """Return the first channel's windows, and whether they are the other channel's, too."""
    bits = _Bits(unit)
    element = bits.read(3)
    if element == _FILL:  # every 256th unit tells the encoder's version
        bits = _Bits(unit, skip=_fill_bits(bits))
        element = bits.read(3)
    bits.read(4)  # element_instance_tag
    common = element == _CHANNEL_PAIR and bits.read(1) == 1
    if element not in {_SINGLE_CHANNEL, _CHANNEL_PAIR}:
        raise UnknownWindows(f"the unit begins with element {element}, not with sound")
    if not common:
        bits.read(8)  # global_gain
    if bits.read(1):
        raise UnknownWindows("ics_reserved_bit is set")
    sequence, shape = Sequencing(bits.read(2)), bits.read(1)
    grouping = 0
    if sequence is Sequencing.EIGHT_SHORT:
        bits.read(4)  # max_sfb
        grouping = bits.read(7)
    return Windows(sequence, shape, grouping), common


class _Bits:
    """Eight bytes of a unit, read bit by bit; what is read here is not longer."""

    def __init__(self, unit: bytes, *, skip: int = 0) -> None:
        window = unit[skip // 8 : skip // 8 + 8]
        self._value = int.from_bytes(window.ljust(8, b"\0"), "big")
        self._left = 64 - skip % 8

    def read(self, count: int) -> int:
        self._left -= count
        return self._value >> self._left & (1 << count) - 1


def _fill_bits(bits: _Bits) -> int:
    """Return how long a fill element is (ISO/IEC 14496-3, table 4.11)."""
    size_bytes = bits.read(4)
    if size_bytes < _ESCAPED_FILL:
        return 3 + 4 + 8 * size_bytes
    return 3 + 4 + 8 + 8 * (size_bytes + bits.read(8) - 1)
