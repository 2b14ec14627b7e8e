"""A job: what is asked for, and what a worker holds."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from packager.queue.errors import JobRefused

PAYLOAD_BYTES_MAX: Final = 64 * 1024
NAME_LENGTH_MAX: Final = 64
KEY_LENGTH_MAX: Final = 255
PRIORITY_MAX: Final = 1_000_000

Payload = Mapping[str, Any]
"""A JSON object: what a handler needs to know, and nothing large."""


class State(StrEnum):
    """Where a job is; a running one whose lease is over may be claimed again."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class NewJob:
    """What is to be done, and for whom. ``not_before_s`` counts from the epoch.

    ``subject`` is the id of what the job is about, by which its jobs are found; None where nobody
    will look. The queue itself makes nothing of it.

    Of the jobs of one creator with the same idempotency key, only the first is taken in.
    """

    kind: str
    payload: Payload
    creator_id: str
    subject: str | None = None
    priority: int = 0
    not_before_s: float = 0.0
    idempotency_key: str | None = None

    def __post_init__(self) -> None:
        """Refuse with JobRefused what does not fit into the table."""
        names = (("kind", self.kind), ("creator_id", self.creator_id), ("subject", self.subject))
        for name, value in names:
            if value is not None and not 0 < len(value) <= NAME_LENGTH_MAX:
                raise JobRefused(f"A job's {name} has 1 to {NAME_LENGTH_MAX} characters: {value!r}")
        if self.idempotency_key is not None and not (
            0 < len(self.idempotency_key) <= KEY_LENGTH_MAX
        ):
            raise JobRefused(f"An idempotency key has 1 to {KEY_LENGTH_MAX} characters.")
        if abs(self.priority) > PRIORITY_MAX:
            raise JobRefused(f"A priority is between -{PRIORITY_MAX} and {PRIORITY_MAX}.")

    def payload_json(self) -> str:
        """Return the payload as it is stored; raises JobRefused."""
        try:
            text = json.dumps(self.payload, separators=(",", ":"), allow_nan=False)
        except (TypeError, ValueError, RecursionError) as error:
            raise JobRefused(f"The payload is not JSON: {error}") from error
        if len(text) > PAYLOAD_BYTES_MAX:
            raise JobRefused(
                f"The payload is {len(text)} bytes, at most {PAYLOAD_BYTES_MAX} are taken. "
                "Put what is large into the store and name its key."
            )
        return text


@dataclass(frozen=True, slots=True)
class Enqueued:
    """A job in the queue: this one, or an earlier one with the same idempotency key."""

    job_id: str
    payload: Payload
    is_new: bool


@dataclass(frozen=True, slots=True)
class Claimed:
    """A job that a worker holds, with the token that proves it. ``attempts`` counts this one."""

    job_id: str
    kind: str
    payload: Payload
    creator_id: str
    attempts: int
    fence: int
