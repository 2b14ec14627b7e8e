"""A process on a kernel that lacks something: to it, and to all that it starts."""

import ctypes
import errno
import os
import struct
from typing import Final

from packager.sandbox.system_call_numbers import BY_MACHINE

_SET_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_LANDLOCK_CREATE_RULESET: Final = 444
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF_0000, 0x0005_0000 | errno.EPERM
_NUMBER_AT, _FIRST_ARGUMENT_AT = 0, 16


def refuse(*names: str) -> None:
    """Refuse what ``landlock`` or ``seccomp`` begin with from now on, as some containers do."""
    prctl = BY_MACHINE[os.uname().machine].prctl
    rules = {
        "landlock": [(_JUMP_IF_EQUAL, 0, 1, _LANDLOCK_CREATE_RULESET), (_RETURN, 0, 0, _REFUSE)],
        "seccomp": [
            (_JUMP_IF_EQUAL, 0, 4, prctl),
            (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
            (_JUMP_IF_EQUAL, 0, 1, _SET_SECCOMP),
            (_RETURN, 0, 0, _REFUSE),
            (_RETURN, 0, 0, _ALLOW),
        ],
    }
    refusals = [instruction for name in names for instruction in rules[name]]
    _filter([(_LOAD, 0, 0, _NUMBER_AT), *refusals, (_RETURN, 0, 0, _ALLOW)])


def _filter(instructions: list[tuple[int, int, int, int]]) -> None:
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions)
    held = ctypes.create_string_buffer(code)
    program = struct.pack("@HP", len(instructions), ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_SET_SECCOMP, _FILTER, program, 0, 0)):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
