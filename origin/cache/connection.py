"""Asking Redis or Valkey without ever waiting long for it, or failing where it fails.

A command has a deadline, and so has the waiting for others to have been answered; after some that
were missed nobody asks for a while (``origin.circuit``), unless he must. What nobody answered is
``Unanswered``, for whoever asks to go on without. redis-py closes a connection whose answer was not
read to its end, so the next command on it never gets an answer that was meant for another; a
command is never repeated here.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final, TypeVar
from urllib.parse import urlsplit

import redis.exceptions
import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError, ResponseError

from origin.circuit import Circuit

COMMAND_S: Final = 0.2
COMMANDS_AT_ONCE: Final = 16
SCHEMES: Final = frozenset({"redis", "rediss", "unix"})
_READ_BYTES: Final = 256 * 1024
_CONNECTIONS_MAX: Final = 2 * COMMANDS_AT_ONCE

T = TypeVar("T")
_log = structlog.get_logger("soundbridge.cache")


class CacheUnusable(Exception):
    """The URL is not one of a Redis or Valkey server; the message says what one looks like."""


class Unanswered(Exception):
    """Nobody answered in time, or is expected to."""


class Refused(Exception):
    """It answered, and will not do it: it is full, or may only be read."""


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


def check_cache(url: str | None) -> None:
    """Raise CacheUnusable where there is a URL, and it is none of a Redis or Valkey server."""
    if url is not None:
        connect(url)


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
        self._places = asyncio.Semaphore(COMMANDS_AT_ONCE)

    @property
    def is_open(self) -> bool:
        """Whether it is taken for unreachable."""
        return self._circuit.is_open

    async def ask(self, command: Callable[[], Awaitable[T]]) -> T:
        """Return what a command answers; raises Unanswered or Refused."""
        if self._places.locked():
            await self._wait_for_place()
        else:
            await self._places.acquire()  # at once
        try:
            return await self._asked(command)
        finally:
            self._places.release()

    async def _wait_for_place(self) -> None:
        try:
            async with asyncio.timeout(COMMAND_S):
                await self._places.acquire()
        except TimeoutError as error:  # it answers, but too slowly for so many
            raise Unanswered from error

    async def _asked(self, command: Callable[[], Awaitable[T]]) -> T:
        if not self._circuit.admits():
            raise Unanswered
        return await self.ask_anyway(command)

    async def ask_anyway(self, command: Callable[[], Awaitable[T]]) -> T:
        """Ask, even where it is taken for unreachable: what is seldom asked, and never again.

        Raises Unanswered or Refused.
        """
        try:
            async with asyncio.timeout(COMMAND_S):
                answer = await command()
        except ResponseError as error:
            self._answered()
            raise Refused from error
        except (RedisError, OSError, TimeoutError) as error:
            if self._circuit.failed():
                _log.warning("cache not reached", cause=f"{type(error).__name__}: {error}")
            raise Unanswered from error
        self._answered()
        return answer

    def _answered(self) -> None:
        if self._circuit.succeeded():
            _log.info("cache reached again")
