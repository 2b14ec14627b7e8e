"""What the queue decides, without a database: who is next, when to try again, when to give up."""

from dataclasses import dataclass
from typing import Final

from packager.errors import (
    CorruptSource,
    PackagingError,
    ReaderLost,
    SourceCrashed,
    SourceMismatch,
    SourceNotFound,
    SourceStalled,
    SourceTooDemanding,
    SourceTooLarge,
    UnsupportedSource,
)
from packager.queue.errors import AttemptFailed

ATTEMPTS: Final = 5
FIRST_DELAY_S: Final = 2.0
LONGEST_DELAY_S: Final = 600.0
REASON_LENGTH: Final = 1_000

WORKER_DIED: Final = "worker_died"
UNEXPECTED: Final = "unexpected"

_AT_FAULT_THEMSELVES: Final = (
    UnsupportedSource,
    CorruptSource,
    SourceMismatch,
    SourceTooLarge,
    SourceNotFound,
)
_ATTEMPTS_IN_DOUBT: Final = (
    ((SourceCrashed, SourceStalled, SourceTooDemanding), 2),
    (ReaderLost, 3),  # more likely the machine's doing; but what eats its memory is ended like that
)


def order(
    priority: int, running_of_creator: int, served: int, created_s: float, job_id: str
) -> tuple[int, int, int, float, str]:
    """Return what jobs are sorted by, the next one first.

    Higher priority first: it is what the operator promised. Among equals the creator of whose jobs
    the fewest are running, so that nobody's thousand uploads hold up another's one; where one job
    at a time has room, whose last claim is longest ago (``served``, its fencing token). Then age.
    """
    return (-priority, running_of_creator, served, created_s, job_id)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an attempt failed: a code for programs and a sentence for people.

    With ``again_s``, the job is not given up: it has all its attempts again, so much later.
    """

    code: str
    reason: str
    is_permanent: bool = False
    again_s: float | None = None


def failure_of(error: Exception, attempts: int = 1) -> Failure:
    """Say what an error at attempt number ``attempts`` means for its job.

    Another attempt cannot mend a source. What broke or ended the process that read it may have been
    the machine's doing: that is tried again, but not as often as what surely was.
    """
    code, said = UNEXPECTED, f"{type(error).__name__}: {error}"
    if isinstance(error, PackagingError | AttemptFailed):
        code, said = error.code, str(error)
    is_settled = any(
        isinstance(error, kinds) and attempts >= most for kinds, most in _ATTEMPTS_IN_DOUBT
    )
    is_permanent = is_settled or isinstance(error, _AT_FAULT_THEMSELVES)
    return Failure(code, said[:REASON_LENGTH], is_permanent)


def is_exhausted(attempts: int) -> bool:
    """Tell whether a job has had all its attempts."""
    return attempts >= ATTEMPTS


def gives_up(failure: Failure, attempts: int) -> bool:
    """Tell whether a job that failed in attempt number ``attempts`` is not tried again."""
    return failure.is_permanent or is_exhausted(attempts)


def delay_s(attempts: int, chance: float) -> float:
    """Return how long to wait after attempt number ``attempts``; ``chance`` is from [0, 1).

    Doubles with every attempt, up to a bound; half of it is left to chance, so that jobs that
    failed together (a store was down) do not come back together.
    """
    longest = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2.0 ** (attempts - 1))
    return longest * (0.5 + chance / 2)
