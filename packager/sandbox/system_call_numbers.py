"""The numbers of system calls that readers are refused, on the architectures that we know.

From Linux's own tables: ``arch/x86/entry/syscalls/syscall_64.tbl`` and, for aarch64,
``include/uapi/asm-generic/unistd.h``. From 424 on, both are one.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Architecture:
    """One set of numbers. ``audit`` is what the kernel calls it in AUDIT_ARCH_* (linux/audit.h).

    ``open`` is None where there is no such call.
    """

    audit: int
    refused: frozenset[int]
    open: int | None
    openat: int
    clone: int
    prctl: int
    prlimit64: int


CLONE3: Final = 435
OPENAT2: Final = 437

_ON_BOTH: Final = frozenset(
    {
        424,  # pidfd_send_signal
        425, 426, 427,  # io_uring_setup, io_uring_enter, io_uring_register
        428, 429, 430, 431, 432, 433, 442,  # open_tree to fspick, mount_setattr
        434, 438, 440, 448,  # pidfd_open, pidfd_getfd, process_madvise, process_mrelease
        452, 463, 466,  # fchmodat2, setxattrat, removexattrat
    }
)  # fmt: skip

X86_64: Final = Architecture(
    audit=0xC000_003E,
    refused=_ON_BOTH
    | {
        41, 42,  # socket, connect
        57, 58, 59, 322,  # fork, vfork, execve, execveat
        62, 200, 234, 129, 297,  # kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo
        101, 310, 311,  # ptrace, process_vm_readv, process_vm_writev
        109, 112, 160,  # setpgid, setsid, setrlimit
        272, 308, 165, 166, 155, 161,  # unshare, setns, mount, umount2, pivot_root, chroot
        321, 298, 323, 248, 249, 250,  # bpf, perf_event_open, userfaultfd, keyrings
        29, 64, 68, 240,  # shmget, semget, msgget, mq_open
        303, 304,  # name_to_handle_at, open_by_handle_at
        76, 85, 82, 264, 316,  # truncate, creat, rename, renameat, renameat2
        83, 258, 84, 87, 263,  # mkdir, mkdirat, rmdir, unlink, unlinkat
        86, 265, 88, 266, 133, 259,  # link, linkat, symlink, symlinkat, mknod, mknodat
        90, 91, 268, 92, 93, 94, 260,  # chmod, fchmod, fchmodat, chown, fchown, lchown, fchownat
        132, 235, 261, 280,  # utime, utimes, futimesat, utimensat
        188, 189, 190, 197, 198, 199,  # setxattr and removexattr, each with l and f
    },
    open=2,
    openat=257,
    clone=56,
    prctl=157,
    prlimit64=302,
)  # fmt: skip

AARCH64: Final = Architecture(
    audit=0xC000_00B7,
    refused=_ON_BOTH
    | {
        198, 203,  # socket, connect
        221, 281,  # execve, execveat
        129, 130, 131, 138, 240,  # kill, tkill, tgkill, rt_sigqueueinfo, rt_tgsigqueueinfo
        117, 270, 271,  # ptrace, process_vm_readv, process_vm_writev
        154, 157, 164,  # setpgid, setsid, setrlimit
        97, 268, 40, 39, 41, 51,  # unshare, setns, mount, umount2, pivot_root, chroot
        280, 241, 282, 217, 218, 219,  # bpf, perf_event_open, userfaultfd, keyrings
        194, 190, 186, 180,  # shmget, semget, msgget, mq_open
        264, 265,  # name_to_handle_at, open_by_handle_at
        45, 38, 276,  # truncate, renameat, renameat2
        34, 35, 36, 37, 33,  # mkdirat, unlinkat, symlinkat, linkat, mknodat
        52, 53, 54, 55, 88,  # fchmod, fchmodat, fchownat, fchown, utimensat
        5, 6, 7, 14, 15, 16,  # setxattr and removexattr, each with l and f
    },
    open=None,
    openat=56,
    clone=220,
    prctl=167,
    prlimit64=261,
)  # fmt: skip

BY_MACHINE: Final = {"x86_64": X86_64, "aarch64": AARCH64}
