"""What is written alongside what a request changes, in the same transaction, whoever changes it.

So what is told of a request cannot be there without its change, nor the change without it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection


class Alongside(Protocol):
    """What has a part in the transactions of a request."""

    async def first(self, connection: AsyncConnection) -> None:
        """Write what comes before the change."""

    async def last(self, connection: AsyncConnection) -> None:
        """Write what comes after it; nothing does where the change fails."""

    def about(self, subject: str) -> None:
        """Hear the id of what is changed."""


class _Parts:
    """Who has a part; nobody once the request is over, whatever tasks it has left behind."""

    def __init__(self, parts: tuple[Alongside, ...]) -> None:
        self.now = parts


_PARTS: ContextVar[_Parts | None] = ContextVar("alongside", default=None)


@contextmanager
def alongside(*parts: Alongside) -> Iterator[None]:
    """Let these have a part in what the caller's block changes."""
    held = _Parts(parts)
    before = _PARTS.set(held)
    try:
        yield
    finally:
        held.now = ()
        _PARTS.reset(before)


def parts() -> tuple[Alongside, ...]:
    """Return who has a part in what is changed now."""
    held = _PARTS.get()
    return () if held is None else held.now


def about(subject: str) -> None:
    """Tell the id of what is changed now."""
    for part in parts():
        part.about(subject)
