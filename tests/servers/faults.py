"""What can go wrong on the way to an S3 server, and plans of when it does."""

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fault(StrEnum):
    """What goes wrong with one request."""

    INTERNAL_ERROR = "500"
    SLOW_DOWN = "503 SlowDown"
    RESET_AT_ONCE = "connection reset before the server heard of it"
    RESET_UNANSWERED = "connection reset after the server did it"
    UPLOAD_CUT = "the server gets half of the request"
    BODY_CUT = "the answer ends early"
    BODY_RESET = "connection reset in the middle of the answer"
    SLOW_BODY = "request and answer come in small pieces"
    STALLED = "no answer comes, nor an end"
    NOT_IMPLEMENTED = "501"
    DENIED = "403"
    BAD_DIGEST = "400 BadDigest"
    ALTERED_UPLOAD = "the server gets a body with another byte in it"
    ALTERED_ANSWER = "the answer has a body with another byte in it"
    SHORT_LENGTH = "the answer says that it has half of its bytes"
    LONG_LENGTH = "the answer says that it has twice its bytes"
    OTHER_RANGE = "the answer says that it is a piece of something larger"
    OTHER_TAG = "the entity tag is none of the content, as in a bucket that encrypts"


LYING: Final = (Fault.SHORT_LENGTH, Fault.LONG_LENGTH, Fault.OTHER_RANGE)
"""About how long something is."""

PASSING: Final = (
    Fault.INTERNAL_ERROR,
    Fault.SLOW_DOWN,
    Fault.RESET_AT_ONCE,
    Fault.RESET_UNANSWERED,
    Fault.UPLOAD_CUT,
    Fault.BODY_CUT,
    Fault.BODY_RESET,
    Fault.SLOW_BODY,
)
"""What is over at once, is seen by obstore, and may be gone when it is tried again."""


@dataclass(frozen=True)
class Request:
    """A request, whole."""

    method: str
    target: str
    head: bytes
    body: bytes


Plan = Callable[[Request], Fault | None]
Applies = Callable[[Request], bool]


def seeded(seed: int, rate: float, faults: Sequence[Fault] = PASSING) -> Plan:
    """Return a plan that spoils this share of all requests."""
    chance = random.Random(seed)  # noqa: S311 a plan, not a secret
    lock = threading.Lock()

    def plan(_request: Request) -> Fault | None:
        with lock:
            return chance.choice(faults) if chance.random() < rate else None

    return plan


def failing_after(puts: int, methods: frozenset[str]) -> Plan:
    """Return a plan by which requests fail for good once so many objects have been written."""
    seen = 0

    def plan(request: Request) -> Fault | None:
        nonlocal seen
        seen += request.method == "PUT"
        return Fault.INTERNAL_ERROR if seen > puts and request.method in methods else None

    return plan


def first_of_each(fault: Fault, applies: Applies) -> Plan:
    """Return a plan that spoils what it applies to, once an object."""
    seen: set[tuple[str, str]] = set()

    def plan(request: Request) -> Fault | None:
        asked = (request.method, request.target.partition("?")[0])
        if not applies(request) or asked in seen:
            return None
        seen.add(asked)
        return fault

    return plan


def always(fault: Fault, applies: Applies) -> Plan:
    """Return a plan that spoils all that it applies to."""
    return lambda request: fault if applies(request) else None


def writes(request: Request) -> bool:
    return request.method == "PUT"


def reads(request: Request) -> bool:
    """Tell whether an object is asked for, not a listing."""
    return request.method == "GET" and "list-type" not in request.target
