"""The filter, run as the kernel runs it."""

import struct

import pytest

from packager.sandbox.system_calls import filter_of

LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE, KILL = 0x7FFF_0000, 0x0005_0001, 0x8000_0000
X86_64, AARCH64 = 0xC000_003E, 0xC000_00B7


def verdict(machine: str, architecture: int, number: int) -> int:
    program = filter_of(machine)
    assert program is not None
    instructions = list(struct.iter_unpack("=HBBI", program))
    call = struct.pack("=II", number, architecture)
    at = loaded = 0
    while True:
        code, if_true, if_false, value = instructions[at]
        at += 1
        if code == RETURN:
            return int(value)
        if code == LOAD:
            (loaded,) = struct.unpack_from("=I", call, value)
        else:
            holds = loaded == value if code == JUMP_IF_EQUAL else loaded >= value
            assert code in {JUMP_IF_EQUAL, JUMP_IF_AT_LEAST}
            at += if_true if holds else if_false


@pytest.mark.parametrize(
    ("machine", "architecture", "refused", "allowed"),
    [
        ("x86_64", X86_64, {41, 42, 59, 322, 101, 310, 311, 62, 200, 234, 129, 297, 424, 425}, 0),
        ("aarch64", AARCH64, {198, 203, 221, 281, 117, 270, 271, 129, 130, 131, 138, 240}, 63),
    ],
)
def test_exactly_what_is_listed_is_refused(
    machine: str, architecture: int, refused: set[int], allowed: int
) -> None:
    found = {number for number in range(424) if verdict(machine, architecture, number) == REFUSE}
    assert found == {number for number in refused if number < 424}
    assert verdict(machine, architecture, 425) == REFUSE
    assert verdict(machine, architecture, allowed) == ALLOW


def test_another_set_of_numbers_is_no_way_around() -> None:
    assert verdict("x86_64", X86_64, 0x4000_0000 | 41) == REFUSE
    assert verdict("x86_64", 0x4000_0003, 41) == KILL


def test_an_unknown_machine_has_no_filter() -> None:
    assert filter_of("riscv64") is None
