"""The filter, run as the kernel runs it."""

import os
import struct

import pytest

from packager.sandbox.system_call_numbers import BY_MACHINE, CLONE3, OPENAT2
from packager.sandbox.system_calls import filter_of

LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, JUMP_IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, REFUSE, NOT_THERE, KILL = 0x7FFF_0000, 0x0005_0001, 0x0005_0026, 0x8000_0000
X86_64 = 0xC000_003E
MACHINES = pytest.mark.parametrize("machine", BY_MACHINE)
CLONE_THREAD, CLONE_VM = 0x1_0000, 0x100


def verdict(machine: str, number: int, *arguments: int, architecture: int | None = None) -> int:
    program = filter_of(machine)
    assert program is not None
    instructions = list(struct.iter_unpack("=HBBI", program))
    asked = BY_MACHINE[machine].audit if architecture is None else architecture
    padded = (*arguments, *(0,) * (6 - len(arguments)))
    call = struct.pack("<IIQ6Q", number, asked, 0, *padded)
    at = loaded = 0
    while True:
        code, if_true, if_false, value = instructions[at]
        at += 1
        if code == RETURN:
            return int(value)
        if code == LOAD:
            (loaded,) = struct.unpack_from("<I", call, value)
        else:
            holds = {
                JUMP_IF_EQUAL: loaded == value,
                JUMP_IF_AT_LEAST: loaded >= value,
                JUMP_IF_ANY_BIT: bool(loaded & value),
            }[code]
            at += if_true if holds else if_false


@pytest.mark.parametrize(
    ("machine", "refused", "allowed"),
    [
        ("x86_64", {41, 42, 57, 58, 59, 62, 76, 87, 101, 112, 160, 234, 310, 322, 424, 425, 438},
         {0, 1, 3, 9, 11, 13, 60, 202, 231, 318, 334}),
        ("aarch64", {35, 45, 117, 129, 131, 157, 164, 198, 203, 221, 270, 281, 424, 425, 438},
         {57, 62, 63, 64, 93, 94, 98, 215, 222, 278, 293}),
    ],
)  # fmt: skip
def test_what_is_listed_is_refused(machine: str, refused: set[int], allowed: set[int]) -> None:
    assert {verdict(machine, number) for number in refused} == {REFUSE}
    assert {verdict(machine, number) for number in allowed} == {ALLOW}
    found = {number for number in range(500) if verdict(machine, number) == REFUSE}
    # Without arguments, a clone is a process, and nothing is opened or limited.
    assert found == BY_MACHINE[machine].refused | {BY_MACHINE[machine].clone}


@MACHINES
def test_files_are_opened_for_reading_alone(machine: str) -> None:
    openat = BY_MACHINE[machine].openat
    for flags in (os.O_RDONLY, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NONBLOCK):
        assert verdict(machine, openat, 0, 0, flags) == ALLOW
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_CREAT, os.O_TRUNC, os.O_TMPFILE):
        assert verdict(machine, openat, 0, 0, flags) == REFUSE


def test_the_older_call_opens_no_more() -> None:
    assert verdict("x86_64", 2, 0, os.O_RDONLY) == ALLOW
    assert verdict("x86_64", 2, 0, os.O_RDWR) == REFUSE


@MACHINES
def test_threads_are_started_and_no_processes(machine: str) -> None:
    clone = BY_MACHINE[machine].clone
    assert verdict(machine, clone, CLONE_THREAD | CLONE_VM) == ALLOW
    assert verdict(machine, clone, CLONE_VM) == REFUSE


@MACHINES
def test_what_cannot_be_looked_at_is_not_there(machine: str) -> None:
    assert verdict(machine, CLONE3) == NOT_THERE
    assert verdict(machine, OPENAT2) == NOT_THERE


@MACHINES
def test_limits_are_one_s_own_and_stay(machine: str) -> None:
    prlimit64 = BY_MACHINE[machine].prlimit64
    assert verdict(machine, prlimit64, 0, 7, 0, 2**40) == ALLOW
    assert verdict(machine, prlimit64, 0, 7, 2**40, 0) == REFUSE
    assert verdict(machine, prlimit64, 1, 7, 0, 2**40) == REFUSE


@MACHINES
def test_a_child_stays_bound_to_its_parent(machine: str) -> None:
    prctl = BY_MACHINE[machine].prctl
    assert verdict(machine, prctl, 1) == REFUSE
    assert verdict(machine, prctl, 15) == ALLOW


def test_another_set_of_numbers_is_no_way_around() -> None:
    assert verdict("x86_64", 0x4000_0000 | 41) == REFUSE
    assert verdict("x86_64", 41, architecture=0x4000_0003) == KILL


def test_an_unknown_machine_has_no_filter() -> None:
    assert filter_of("riscv64") is None
