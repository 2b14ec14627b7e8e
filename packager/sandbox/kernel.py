"""What a kernel lacks that readers are confined with, asked without confining who asks.

A child makes do with what there is (``confinement``), and has nobody to tell. Whoever starts
children asks here, and tells. The questions are those that a child asks before it relies on the
answer, so both come to the same; one that is refused, as containers do, counts as no.
"""

import os
from dataclasses import dataclass
from typing import Final

from packager.sandbox.readable import landlock_version
from packager.sandbox.system_call_numbers import BY_MACHINE
from packager.sandbox.system_calls import takes_filters

_LANDLOCK: Final = "landlock"
_SECCOMP: Final = "seccomp"
_NO_FILTER: Final = (
    "Without a filter of system calls, a source that takes over its reader can reach the network "
    "and this user's other processes: "
)


@dataclass(frozen=True, slots=True)
class Kernel:
    """What one says of itself. ``landlock_version`` is 0 where it has none."""

    landlock_version: int
    takes_filters: bool
    machine: str


def ask_kernel() -> Kernel:
    """Ask the kernel that this process runs on."""
    return Kernel(landlock_version(), takes_filters(), os.uname().machine)


def lacking(kernel: Kernel) -> dict[str, str]:
    """Return what readers will go without, each with what to do about it."""
    found: dict[str, str] = {}
    if not kernel.landlock_version:
        found[_LANDLOCK] = (
            "Without Landlock, a source that takes over its reader can read what this user may "
            "read: use Linux 5.13 or later with landlock in lsm=, and containers that allow it."
        )
    if kernel.machine not in BY_MACHINE:
        found[_SECCOMP] = _NO_FILTER + f"use {' or '.join(BY_MACHINE)} instead of {kernel.machine}."
    elif not kernel.takes_filters:
        remedy = "use a kernel with CONFIG_SECCOMP_FILTER, and containers that allow it."
        found[_SECCOMP] = _NO_FILTER + remedy
    return found
