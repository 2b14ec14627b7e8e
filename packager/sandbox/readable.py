"""What of the file system stays readable (Landlock): the source, and what Python loads code from.

Everything else is as if it belonged to somebody else: other uploads, settings, and what /proc tells
of other processes, such as their environment. Nothing can be written to, made, moved or removed.
A kernel without Landlock (before 5.13, or where it was not switched on) leaves what our user may
read readable, and so does a container that refuses to let it be asked.
"""

import ctypes
import os
import struct
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import manifests

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_FOR_VERSION: Final = 1
_PATH_BENEATH: Final = 1
_READ_FILE: Final = 1 << 2
_READ_FOLDER: Final = 1 << 3
_RIGHTS_BY_VERSION: Final = (0, 13, 14, 15, 15, 16)
"""How many rights the versions know, from none on; later ones know no more that is of files."""

_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})
_OF_THE_SYSTEM: Final = (
    "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache",
    "/sys/devices/system/cpu", "/proc/self", "/dev/null", "/dev/urandom",
)  # fmt: skip


def landlock_version() -> int:
    """Return which version of Landlock there is for us, 0 where there is none. Confines nobody."""
    try:
        return _landlock(_CREATE_RULESET, None, 0, _ASK_FOR_VERSION)
    except OSError:
        return 0


def read_only(source: Path) -> None:
    """Be able to read ``source`` and code from now on, and nothing else; raises OSError.

    Holds for this thread and those that it starts, which must have given up gaining privileges.
    """
    version = landlock_version()
    if not version:
        return
    rights = (1 << _RIGHTS_BY_VERSION[min(version, len(_RIGHTS_BY_VERSION) - 1)]) - 1
    handled = struct.pack("=Q", rights)
    rules = _landlock(_CREATE_RULESET, handled, len(handled), 0)
    try:
        for path in (source, *_code()):
            _allow(rules, path)
        _landlock(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _code() -> Iterator[Path]:
    yield from map(Path, _OF_THE_SYSTEM)
    yield from (Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))
    yield from (folder for folder in map(Path, sys.path) if folder.name in _INSTALLED)
    yield Path(__file__).parents[1]
    yield from map(Path, manifests.__path__)


def _allow(rules: int, path: Path) -> None:
    try:
        file = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:  # it is not there on this machine, or not for us
        return
    try:
        rights = _READ_FILE | _READ_FOLDER if path.is_dir() else _READ_FILE
        _landlock(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, file), 0)
    finally:
        os.close(file)


def _landlock(number: int, *arguments: int | bytes | None) -> int:
    libc = ctypes.CDLL(None, use_errno=True)
    passed = (ctypes.c_long(one) if isinstance(one, int) else one for one in arguments)
    result: int = libc.syscall(ctypes.c_long(number), *passed)
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
