"""Real files, damaged by number: the same number makes the same damage, wherever it is made.

The damage is what disks, networks and careless programs do to files, and what somebody would do who
knows the containers: sizes and counts that lie, and one file's header on another's body.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Final, Literal

from tests.sources.specimens import NAMES, specimen

Mutation = Callable[[Random, bytes, bytes], bytes]
"""Makes of a file, and of another one to take parts from, a damaged file."""

_MARKS: Final = (
    b"RIFF", b"RF64", b"ds64", b"fmt ", b"data", b"LIST", b"FORM", b"COMM", b"SSND", b"ID3 ",
    b"caff", b"desc", b"chan", b".snd", b"fLaC", b"OggS", b"\x01vorbis", b"OpusHead", b"OpusTags",
    b"ID3", b"APIC", b"CHAP", b"CTOC", b"Xing", b"Info", b"LAME", b"ftyp", b"moov", b"mvhd",
    b"tkhd", b"mdhd", b"elst", b"stsd", b"mp4a", b"alac", b"esds", b"stts", b"stsc", b"stsz",
    b"stco", b"udta", b"ilst", b"covr", b"chpl", b"moof", b"trun", b"tfhd", b"tfdt", b"mdat",
    b"\x1aE\xdf\xa3", b"\x18S\x80g", b"\x16T\xaek", b"\x1fC\xb6u", b"\x10C\xa7p", b"wvpk", b"TTA1",
    b"\x0bw", b"\xff\xfb", b"\xff\xf1",
)  # fmt: skip
"""What stands before or behind a size or a count, in the containers that are taken."""
_LIES: Final = (0, 1, 7, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
_ORDERS: Final[tuple[Literal["big", "little"], ...]] = ("big", "little")
_HEADER_BYTES: Final = 400
_SPLICED_BYTES: Final = 4_000
_LONGEST_RUN_BYTES: Final = 20_000


def _cut(chance: Random, data: bytes, _other: bytes) -> bytes:
    return data[: chance.randrange(len(data))]


def _beheaded(chance: Random, data: bytes, _other: bytes) -> bytes:
    return data[chance.randrange(1, _SPLICED_BYTES) :]


def _flipped(chance: Random, data: bytes, _other: bytes) -> bytes:
    return _with_bits_flipped(chance, data, chance.choice((1, 5, 50, 500)), len(data))


def _header_flipped(chance: Random, data: bytes, _other: bytes) -> bytes:
    return _with_bits_flipped(chance, data, chance.choice((1, 2, 5, 20)), _HEADER_BYTES)


def _with_bits_flipped(chance: Random, data: bytes, count: int, end: int) -> bytes:
    damaged = bytearray(data)
    for _ in range(count):
        damaged[chance.randrange(min(end, len(data)))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def _blanked(chance: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _run(chance, data)
    return data[:start] + chance.choice((b"\0", b"\xff")) * (end - start) + data[end:]


def _holed(chance: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _run(chance, data)
    return data[:start] + data[end:]


def _repeated(chance: Random, data: bytes, _other: bytes) -> bytes:
    start, end = _run(chance, data)
    return data[:end] + data[start:end] * chance.choice((1, 3, 30)) + data[end:]


def _moved(chance: Random, data: bytes, other: bytes) -> bytes:
    start, end = _run(chance, data)
    rest = data[:start] + data[end:]
    return _with_inserted(chance, rest, data[start:end]) if rest else other


def _inserted(chance: Random, data: bytes, other: bytes) -> bytes:
    start, end = _run(chance, other)
    return _with_inserted(chance, data, other[start:end])


def _with_inserted(chance: Random, data: bytes, piece: bytes) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + piece + data[at:]


def _header_spliced(chance: Random, data: bytes, other: bytes) -> bytes:
    return other[: chance.randrange(_SPLICED_BYTES)] + data[chance.randrange(_SPLICED_BYTES) :]


def _joined(_chance: Random, data: bytes, other: bytes) -> bytes:
    return data + other


def _lying(chance: Random, data: bytes, _other: bytes) -> bytes:
    """Write something else into the four bytes before or behind a mark, in either byte order."""
    marks = [mark for mark in _MARKS if mark in data] or [b""]
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 1, 3))):
        mark = chance.choice(marks)
        found = data.find(mark, chance.randrange(len(data)))
        start = found if found >= 0 else data.index(mark)
        at = chance.choice((start - 4, *(start + len(mark) + 4 * n for n in range(5))))
        at = max(min(at, len(data) - 4), 0)
        order = chance.choice(_ORDERS)
        truth = int.from_bytes(data[at : at + 4], order)
        lie = chance.choice((*_LIES, truth + 1, truth * 2, truth // 2, truth - 1)) & 0xFFFF_FFFF
        damaged[at : at + 4] = lie.to_bytes(4, order)
    return bytes(damaged)


def _run(chance: Random, data: bytes) -> tuple[int, int]:
    """Return where a run of bytes starts and ends; short ones are as likely as long ones."""
    length = round(_LONGEST_RUN_BYTES ** chance.random())
    start = chance.randrange(chance.choice((len(data), min(len(data), _SPLICED_BYTES))))
    return start, min(start + length, len(data))


_MUTATIONS: Final[Mapping[str, Mutation]] = {
    "cut": _cut,
    "beheaded": _beheaded,
    "flipped": _flipped,
    "header-flipped": _header_flipped,
    "blanked": _blanked,
    "holed": _holed,
    "repeated": _repeated,
    "moved": _moved,
    "inserted": _inserted,
    "header-spliced": _header_spliced,
    "joined": _joined,
    "lying": _lying,
}


@dataclass(frozen=True)
class Mutant:
    """A damaged file, known by its number: what is damaged, how, and what else is in it."""

    number: int
    name: str
    other: str
    mutations: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.number:05}-{'-'.join(self.mutations)}-{self.name}"

    def write(self, specimens: Path, folder: Path) -> Path:
        """Write it into ``folder``, made of files in the folder of ``specimens``."""
        chance = _chance(self.number, "bytes")
        data, other = specimen(self.name, specimens), specimen(self.other, specimens)
        for mutation in self.mutations:
            data = _MUTATIONS[mutation](chance, data, other) or other
        path = folder / self.name
        path.write_bytes(data)
        return path


def mutant(number: int) -> Mutant:
    """Return mutant ``number``: each kind of file in turn, in a way that the number draws."""
    chance = _chance(number, "kind")
    depth = chance.choice((1, 1, 1, 2, 3))
    mutations = tuple(chance.choice(tuple(_MUTATIONS)) for _ in range(depth))
    return Mutant(number, NAMES[number % len(NAMES)], chance.choice(NAMES), mutations)


def _chance(number: int, what: str) -> Random:
    return Random(f"{what} of {number}")  # noqa: S311 - no secret, the same each time
