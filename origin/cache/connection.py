"""Asking Redis or Valkey without ever waiting long for it, or failing where it fails.

A command has a deadline, later where it brings much, and so has the waiting for others to have been
answered (``places``). After some that were missed, while nothing else was answered, nobody asks for
a while (``origin.circuit``), unless he must. What nobody answered is ``Unanswered``, for whoever
asks to go on without. redis-py closes a connection whose answer was not read to its end, so the
next command on it never gets an answer that was meant for another; a command is never repeated.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from math import inf
from typing import Final, TypeVar
from urllib.parse import urlsplit

import redis.exceptions
import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from origin.cache.errors import CacheUnusable, Refused, Unanswered
from origin.cache.places import Places
from origin.circuit import Circuit

COMMAND_S: Final = 0.2
"""How long a command may take, beside what its bytes may."""
SLOWEST_BYTES_PER_S: Final = 10_000_000
"""A link that brings less is of no use: segments come from the store."""
COMMANDS_AT_ONCE: Final = 16
BYTES_AT_ONCE: Final = 2 * 1024 * 1024
"""What the slowest link brings within a command's time, and a fast one in a moment."""
SCHEMES: Final = frozenset({"redis", "rediss", "unix"})
_READ_BYTES: Final = 256 * 1024
_CONNECTIONS_MAX: Final = 2 * COMMANDS_AT_ONCE

T = TypeVar("T")
_log = structlog.get_logger("soundbridge.cache")


class Trouble(StrEnum):
    """What was wrong with a command that was asked."""

    LATE = "late"
    UNREACHABLE = "unreachable"
    DENIED = "denied"
    REFUSED = "refused"


def trouble_of(error: Unanswered | Refused) -> Trouble | None:
    """Return what was wrong; None where nobody was asked."""
    match error.__cause__:
        case None:
            return None
        case TimeoutError() | redis.exceptions.TimeoutError():
            return Trouble.LATE
        case AuthenticationError() | NoPermissionError():
            return Trouble.DENIED
        case ResponseError():
            return Trouble.REFUSED
        case _:
            return Trouble.UNREACHABLE


def connect(url: str) -> "Redis":
    """Return a client; it connects when it is first used. Raises CacheUnusable."""
    try:
        if urlsplit(url).scheme not in SCHEMES:
            raise CacheUnusable("A cache is a URL such as redis://host:6379/0, or rediss://.")
        return Redis.from_url(
            url,
            max_connections=_CONNECTIONS_MAX,
            socket_connect_timeout=COMMAND_S,
            socket_timeout=None,  # whoever asks has a deadline
            socket_read_size=_READ_BYTES,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        raise CacheUnusable(  # and what was wrong may be a piece of its password
            "The cache's URL cannot be read. Write / ? # @ of a password as %2F %3F %23 %40."
        ) from error


class Connection:
    """One client's commands; ``client`` is the caller's to close."""

    def __init__(self, client: "Redis", clock: Callable[[], float] = time.monotonic) -> None:
        self.client = client
        self._circuit = Circuit(clock)
        self._clock = clock
        self._answered_s = -inf
        self._places = Places(COMMANDS_AT_ONCE, BYTES_AT_ONCE)

    @property
    def is_open(self) -> bool:
        """Whether it is taken for unreachable."""
        return self._circuit.is_open

    async def ask(self, command: Callable[[], Awaitable[T]], size_bytes: int = 0) -> T:
        """Return what a command answers, which has so many bytes; raises Unanswered or Refused."""
        if not self._places.take_at_once(size_bytes):
            await self._wait_for_place(size_bytes)
        try:
            if not self._circuit.admits():
                raise Unanswered
            return await self.ask_anyway(command, size_bytes)
        finally:
            self._places.give_back(size_bytes)

    async def ask_anyway(self, command: Callable[[], Awaitable[T]], size_bytes: int = 0) -> T:
        """Ask, even where it is taken for unreachable: what is seldom asked, and never again.

        Raises Unanswered or Refused.
        """
        begun_s = self._clock()
        try:
            async with asyncio.timeout(COMMAND_S + size_bytes / SLOWEST_BYTES_PER_S):
                answer = await command()
        except ResponseError as error:
            self._answered()
            raise Refused from error
        except (RedisError, OSError, TimeoutError) as error:
            is_busy = isinstance(error, TimeoutError) and self._answered_s > begun_s
            if not is_busy and self._circuit.failed():
                _log.warning("cache not reached", cause=f"{type(error).__name__}: {error}")
            raise Unanswered from error
        self._answered()
        return answer

    async def _wait_for_place(self, size_bytes: int) -> None:
        try:
            async with asyncio.timeout(COMMAND_S):
                await self._places.take(size_bytes)
        except TimeoutError as error:  # it answers, but too slowly for so many
            raise Unanswered from error

    def _answered(self) -> None:
        self._answered_s = self._clock()
        if self._circuit.succeeded():
            _log.info("cache reached again")
