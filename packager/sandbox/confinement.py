"""What a child gives up before it opens a source, for good.

It asks the kernel to be killed when the thread that started it ends, which its parent's death
includes; to gain no rights by starting another program; and to be held to limits that only an
administrator could lift again. Memory is bounded as RLIMIT_DATA, which counts what can be written
to; RLIMIT_AS also counts libraries and what allocators merely reserve, and grows with the number of
cores. Files cannot be written at all, and a crash leaves no copy of memory behind. Where a machine
runs out of memory, a child goes before whatever else runs on it.

Last it gives up all files but its source (``readable``), and the network, other programs and other
processes (``system_calls``). Both depend on the kernel and say what is left where it lacks them:
what our user may read and do. Nobody who takes uploads from strangers should run without.
"""

import ctypes
import os
import resource
import signal
from contextlib import suppress
from pathlib import Path
from typing import Final

from packager.sandbox.allowance import Allowance
from packager.sandbox.readable import read_only
from packager.sandbox.system_calls import filter_system_calls

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NO_NEW_PRIVS: Final = 38
_OOM_SCORE: Final = Path("/proc/self/oom_score_adj")
_FIRST_TO_GO: Final = "1000"
_OPEN_FILES: Final = 32
_CPU_GRACE_S: Final = 2
"""From SIGXCPU, which says why, to SIGKILL."""


def die_with_parent() -> None:
    """End this process when the thread that started it ends."""
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def confine(allowed: Allowance, source: Path) -> None:
    """Give up what reading ``source`` does not need; raises OSError."""
    with suppress(OSError):  # there is no /proc in some containers
        _OOM_SCORE.write_text(_FIRST_TO_GO)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _limit(resource.RLIMIT_DATA, allowed.memory_bytes)
    _limit(resource.RLIMIT_CPU, allowed.cpu_s, allowed.cpu_s + _CPU_GRACE_S)
    _limit(resource.RLIMIT_NOFILE, _OPEN_FILES)
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    read_only(source)
    filter_system_calls()


def _limit(kind: int, soft: int, hard: int | None = None) -> None:
    """Set a limit, unless the one that holds already is lower."""
    _, most = resource.getrlimit(kind)
    wanted = soft if hard is None else hard
    hardest = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(kind, (min(soft, hardest), hardest))


def _prctl(option: int, value: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, ctypes.c_ulong(value), 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
