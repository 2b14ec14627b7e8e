"""How an asset stands by its row, for those who say it and for those who act on it. Pure.

No models are needed for it: what packages looks at it, too, and does not load them.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from origin.companion.assets.failures import OBJECTS_MISSING, explain
from origin.companion.assets.rows import State
from packager.queue.job import State as JobState

OPEN: Final = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Failed:
    """Why it could not be packaged: the fields of the model ``Failure``, which explains them."""

    code: str
    sentence: str
    detail: str | None
    remedy: str
    can_retry: bool


def is_packaging(row: Row[Any]) -> bool:
    """Tell whether a job of it is open."""
    return row.job_state in OPEN


def failure_of(row: Row[Any]) -> Failed | None:
    """Return why it could not be packaged, the last time; None where it could."""
    if row.job_state == JobState.PARKED:
        code, reason = row.failure_code, row.failure_reason
    elif row.state == State.ERRORED:
        code, reason = OBJECTS_MISSING, None
    else:
        return None
    explanation = explain(code)
    return Failed(
        code=code or OBJECTS_MISSING,
        sentence=explanation.sentence,
        detail=reason if explanation.is_of_source else None,
        remedy=explanation.remedy,
        can_retry=explanation.can_retry,
    )
