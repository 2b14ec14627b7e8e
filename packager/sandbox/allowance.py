"""What reading one source may take, and when to stop waiting for it.

Decided from figures alone, so that a test needs neither a clock nor patience. The figures leave
room for a slow and busy machine; they are there for what never ends.

* Memory: a fixed part for the interpreter with its libraries (0.1 GB), the sound that waits to be
  cut (0.1 GB) and the largest cover while it is opened (40 million pixels of WebP: 0.7 GB), and for
  each worker its stack, its encoder, and a chunk of a minute with the copy that is cut from it.
* Processor time: half of the longest sound that the limits allow, where a ladder takes less than a
  twentieth of what it lasts.
* Without a message: bounded in processor time, since what runs in a loop gets nowhere however fast,
  and in time with hardly any of it, since what waits for ever takes none. (Hardly: threads that
  wait for Python's lock look after it now and then.) A machine that is busy with others reaches
  neither. With all chunks done already, the whole sound passes without a message.
* In all: four times the sound's length of waiting, and an hour at least.

The longest sound counts until the plan tells how long this one is; then the parent holds the child
to that.
"""

from dataclasses import dataclass
from typing import Final

from packager.errors import SourceStalled, SourceTooDemanding
from packager.limits import Limits

TOO_DEMANDING: Final = (
    "This file takes more memory or time to read than any sound should. "
    "Export it again, in another format, then upload the new file."
)

_FIXED_BYTES: Final = 1024 * 2**20
_WORKER_BYTES: Final = 96 * 2**20
_CPU_PER_S: Final = 0.5
_QUIET_CPU_PER_S: Final = 0.02
_LEAST_CPU_S: Final = 60
_WORKER_CPU_S: Final = 10
_IDLE_S: Final = 60.0
_IDLE_SHARE: Final = 0.01
_WAITING_PER_S: Final = 4.0
_LEAST_WAITING_S: Final = 3_600.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a child may take: in all of memory, processor time, and its parent's patience.

    ``quiet_cpu_s`` is of processor time between messages, ``idle_s`` of time between messages in
    which it took less than a hundredth of that.
    """

    memory_bytes: int
    cpu_s: int
    quiet_cpu_s: float
    idle_s: float
    waiting_s: float


def allowance(limits: Limits, workers: int) -> Allowance:
    """Return what a source within ``limits`` may take, with so many chunks encoded at a time."""
    return Allowance(
        memory_bytes=_FIXED_BYTES + workers * _WORKER_BYTES,
        cpu_s=_cpu_s(limits.duration_s),
        quiet_cpu_s=_LEAST_CPU_S + workers * _WORKER_CPU_S,
        idle_s=_IDLE_S,
        waiting_s=_waiting_s(limits.duration_s),
    )


def _cpu_s(length_s: float) -> int:
    return _LEAST_CPU_S + round(length_s * _CPU_PER_S)


def _waiting_s(length_s: float) -> float:
    return max(_LEAST_WAITING_S, length_s * _WAITING_PER_S)


class Watch:
    """Times one child against its allowance; clocks are the caller's."""

    def __init__(self, allowed: Allowance) -> None:
        self._allowed = allowed
        self._all_cpu_s: float = allowed.cpu_s
        self._quiet_cpu_s = allowed.quiet_cpu_s
        self._most_waiting_s = allowed.waiting_s
        self._waited_s = 0.0
        self._looked_s = self._moved_s = 0.0
        self._cpu_s = self._cpu_before_s = 0.0

    def expect_sound_of(self, length_s: float) -> None:
        """Let so much sound pass without a message, and hold the child to its length."""
        self._all_cpu_s = min(self._allowed.cpu_s, _cpu_s(length_s))
        self._most_waiting_s = min(self._allowed.waiting_s, _waiting_s(length_s))
        self._quiet_cpu_s = self._allowed.quiet_cpu_s + length_s * _QUIET_CPU_PER_S

    def begin(self, now_s: float, cpu_s: float) -> None:
        """Begin to wait for a message."""
        self._looked_s = self._moved_s = now_s
        self._cpu_s = self._cpu_before_s = cpu_s

    def excuse(self, now_s: float) -> None:
        """Do not count the time since the last look as waited, nor as idle."""
        self._looked_s = self._moved_s = now_s

    def check(self, now_s: float, cpu_s: float) -> None:
        """Go on waiting, or raise SourceStalled or SourceTooDemanding."""
        self._waited_s += now_s - self._looked_s
        self._looked_s = now_s
        if cpu_s - self._cpu_s >= self._allowed.idle_s * _IDLE_SHARE:
            self._cpu_s, self._moved_s = cpu_s, now_s
        if cpu_s > self._all_cpu_s:
            raise SourceTooDemanding(TOO_DEMANDING)
        if (
            self._waited_s > self._most_waiting_s
            or cpu_s - self._cpu_before_s > self._quiet_cpu_s
            or now_s - self._moved_s > self._allowed.idle_s
        ):
            raise SourceStalled(
                "Reading this file did not get on any more and was stopped. "
                "Export it again, in another format, then upload the new file."
            )
