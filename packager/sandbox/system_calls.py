"""A filter of system calls (seccomp, in classic BPF): no network, no other program or process.

It is for who has taken over a decoder, and could otherwise do all that our user may. A refused call
fails with EPERM. Calls have other numbers on each architecture: where they are not known here, or
the kernel has no filters, there is none.
"""

import ctypes
import errno
import os
import struct
from typing import Final

PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2

_LOAD: Final = 0x20
_JUMP_IF_EQUAL: Final = 0x15
_JUMP_IF_AT_LEAST: Final = 0x35
_RETURN: Final = 0x06
_NUMBER_AT: Final = 0
_ARCHITECTURE_AT: Final = 4
_ALLOW: Final = 0x7FFF_0000
_REFUSE: Final = 0x0005_0000 | errno.EPERM
_KILL_PROCESS: Final = 0x8000_0000
_FIRST_OF_X32: Final = 0x4000_0000
"""A second set of numbers for the same calls on x86-64."""

_REFUSED: Final = {
    # socket, connect, execve, execveat, ptrace, process_vm_readv, process_vm_writev, kill, tkill,
    # tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo, pidfd_send_signal, io_uring_setup
    "x86_64": (
        0xC000_003E,
        (41, 42, 59, 322, 101, 310, 311, 62, 200, 234, 129, 297, 424, 425),
    ),
    "aarch64": (
        0xC000_00B7,
        (198, 203, 221, 281, 117, 270, 271, 129, 130, 131, 138, 240, 424, 425),
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def filter_of(machine: str) -> bytes | None:
    """Return the filter for an architecture as ``uname`` calls it, None where there is none."""
    if machine not in _REFUSED:
        return None
    architecture, numbers = _REFUSED[machine]
    instructions = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL_PROCESS),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_IF_AT_LEAST, len(numbers) + 1, 0, _FIRST_OF_X32),
        *(
            (_JUMP_IF_EQUAL, len(numbers) - position, 0, number)
            for position, number in enumerate(numbers)
        ),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)


def filter_system_calls() -> None:
    """Refuse them from now on; whoever asks for it must have given up gaining privileges."""
    instructions = filter_of(os.uname().machine)
    if instructions is not None:
        program = _Program(len(instructions) // 8, instructions)
        ctypes.CDLL(None).prctl(PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0)
