"""A filter of system calls (seccomp, in classic BPF): no network, no other process, no writing.

It is for who has taken over a decoder, and could otherwise do all that our user may. What is
refused fails with EPERM: sockets, programs, processes and signals, other namespaces, whatever
changes a file by its path, and files that are opened for more than reading. Threads may be started,
and memory be had. Two calls whose arguments lie in memory, where no filter can look, fail with
ENOSYS, so that libraries take the older ones (clone3, openat2).

Calls have other numbers on each architecture: where they are not known here, or the kernel takes no
filters from us, there is none, and the rest of ``confinement`` has to do.
"""

import ctypes
import errno
import os
import struct
from collections.abc import Iterator
from typing import Final

from packager.sandbox.system_call_numbers import BY_MACHINE, CLONE3, OPENAT2, Architecture

Instruction = tuple[int, int, int, int]
"""Of classic BPF: code, how many to skip where it holds and where it does not, and a value."""

_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2

_LOAD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_JUMP_IF_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06
_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_ARGUMENTS_AT: Final = 16
_ARGUMENT_BYTES: Final = 8
_ALLOW: Final = (_RETURN, 0, 0, 0x7FFF_0000)
_REFUSE: Final = (_RETURN, 0, 0, 0x0005_0000 | errno.EPERM)
_NOT_THERE: Final = (_RETURN, 0, 0, 0x0005_0000 | errno.ENOSYS)
_KILL_PROCESS: Final = (_RETURN, 0, 0, 0x8000_0000)
_FIRST_OF_X32: Final = 0x4000_0000
"""A second set of numbers for the same calls on x86-64."""

_TO_WRITE: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | 0o20_000_000
"""The last is O_TMPFILE without the bit that it shares with O_DIRECTORY."""
_CLONE_THREAD: Final = 0x0001_0000
_PR_SET_PDEATHSIG: Final = 1


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def filter_of(machine: str) -> bytes | None:
    """Return the filter for an architecture as ``uname`` calls it, None where there is none."""
    numbers = BY_MACHINE.get(machine)
    if numbers is None:
        return None
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in _instructions(numbers))


def takes_filters() -> bool:
    """Tell whether the kernel takes filters from us. Confines nobody.

    One that does looks for ours where there is none, and says EFAULT (prctl(2), PR_SET_SECCOMP).
    """
    return _set_filter(None) == errno.EFAULT


def filter_system_calls() -> None:
    """Refuse them from now on, to this thread and those that it starts; raises OSError.

    Whoever asks for it must have given up gaining privileges.
    """
    instructions = filter_of(os.uname().machine)
    if instructions is None or not takes_filters():
        return
    number = _set_filter(_Program(len(instructions) // 8, instructions))
    if number:
        raise OSError(number, os.strerror(number))


def _set_filter(program: _Program | None) -> int:
    """Return the error's number, 0 where the filter holds from now on."""
    libc = ctypes.CDLL(None, use_errno=True)
    at = None if program is None else ctypes.byref(program)
    if libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, at, 0, 0) == 0:
        return 0
    return ctypes.get_errno()


def _instructions(numbers: Architecture) -> Iterator[Instruction]:
    yield _LOAD, 0, 0, _ARCHITECTURE_AT
    yield _JUMP_IF_EQUAL, 1, 0, numbers.audit
    yield _KILL_PROCESS
    yield _LOAD, 0, 0, _NUMBER_AT
    yield _JUMP_IF_AT_LEAST, 0, 1, _FIRST_OF_X32
    yield _REFUSE
    for number in sorted(numbers.refused):
        yield from _where_it_is(number, [_REFUSE])
    for number in (CLONE3, OPENAT2):
        yield from _where_it_is(number, [_NOT_THERE])
    if numbers.open is not None:
        yield from _where_it_is(numbers.open, _refused_with(1, _TO_WRITE))
    yield from _where_it_is(numbers.openat, _refused_with(2, _TO_WRITE))
    yield from _where_it_is(numbers.clone, _refused_without(0, _CLONE_THREAD))
    yield from _where_it_is(numbers.prctl, _refused_where(0, _PR_SET_PDEATHSIG))
    # Limits may be looked at, one's own: there is nobody else (0), and nothing to set (NULL).
    own = [*_refused_unless_zero(0, 0), *_refused_unless_zero(2, 0), *_refused_unless_zero(2, 4)]
    yield from _where_it_is(numbers.prlimit64, [*own, _ALLOW])
    yield _ALLOW


def _where_it_is(number: int, rule: list[Instruction]) -> list[Instruction]:
    return [(_JUMP_IF_EQUAL, 0, len(rule), number), *rule]


def _refused_with(argument: int, bits: int) -> list[Instruction]:
    return [_load(argument), (_JUMP_IF_ANY_BIT, 0, 1, bits), _REFUSE, _ALLOW]


def _refused_without(argument: int, bits: int) -> list[Instruction]:
    return [_load(argument), (_JUMP_IF_ANY_BIT, 1, 0, bits), _REFUSE, _ALLOW]


def _refused_where(argument: int, value: int) -> list[Instruction]:
    return [_load(argument), (_JUMP_IF_EQUAL, 0, 1, value), _REFUSE, _ALLOW]


def _refused_unless_zero(argument: int, half_at: int) -> list[Instruction]:
    return [_load(argument, half_at), (_JUMP_IF_EQUAL, 1, 0, 0), _REFUSE]


def _load(argument: int, half_at: int = 0) -> Instruction:
    """Load half of an argument; the lower one comes first on the architectures that we know."""
    return _LOAD, 0, 0, _ARGUMENTS_AT + argument * _ARGUMENT_BYTES + half_at
