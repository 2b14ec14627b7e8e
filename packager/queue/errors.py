"""What the queue refuses, and why."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packager.queue.policy import Failure


class QueueError(Exception):
    """The root: the message says what happened and what to do."""


class JobRefused(QueueError):
    """The job cannot be taken in: its payload or one of its fields is out of bounds."""


class LeaseLost(QueueError):
    """Another claim, or the end of the job, came first: what this worker did must not count."""

    def __init__(self, job_id: str, fence: int) -> None:
        super().__init__(
            f"Job {job_id} is no longer held with token {fence}: its lease ran out and it was "
            "taken up again, or it has ended. Drop this result; the later claim counts."
        )


class Postponed(QueueError):
    """All attempts at a job failed, and it is not to be given up: ``failure`` says until when."""

    def __init__(self, failure: "Failure") -> None:
        super().__init__(failure.reason)
        self.failure = failure


class AttemptFailed(QueueError):
    """An attempt at what is no packaging failed, as may happen; the queue decides what follows."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class PlaybackIdTaken(QueueError):
    """The asset or playback id belongs to another pair of them."""
