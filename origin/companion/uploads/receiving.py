"""Taking in the bytes of one request: from the connection to the place, and through digests.

They are taken in batches. While one is written and hashed, by threads, the next one comes in; more
is not read. Batches are smaller where many come at once, so that all together stay within a bound,
and few are hashed at a time, so that whoever else asks something is answered soon.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aiohttp import ClientPayloadError, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from origin.companion.uploads.holding import Hold, UploadBusy
from origin.companion.uploads.places.folder import in_threads
from origin.companion.uploads.places.place import Reception
from origin.companion.uploads.signatures import LEAST_BYTES, check_sound
from origin.companion.uploads.states import PARTIAL
from origin.delivery.errors import ApiError, BadRequest, MediaTypeUnsupported
from origin.delivery.expectation import ask_for_body

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_TOGETHER_BYTES: Final = 8 * 1024 * 1024
_BATCH_BYTES_MAX: Final = 1 << 20
_BATCH_BYTES_MIN: Final = 64 * 1024
HASHED_AT_ONCE: Final = 4
"""Batches of all uploads: the others are read no further meanwhile. Where all of a hundred go on,
the event loop takes a tenth of a second to come round, and a transaction many times that."""


class BrokenOff(BadRequest):
    """The body ended before it was whole."""

    code = "body_broken_off"

    def __init__(self) -> None:
        super().__init__("The body broke off. Send the rest, or all of it again.")


@dataclass(frozen=True, slots=True)
class Bound:
    """How far a source may grow, and what is raised beyond."""

    position_bytes: int
    error: ApiError


@dataclass(slots=True)
class Receiver:
    """What receives in one process; ``threads`` hash."""

    threads: ThreadPoolExecutor
    _active: int = field(default=0, init=False)
    _turns: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(HASHED_AT_ONCE), init=False
    )

    async def receive(
        self,
        parts: AsyncIterator[bytes],
        into: Reception,
        hold: Hold,
        hashes: Sequence["Hash"],
        bound: Bound,
    ) -> None:
        """Append what comes to a source; what has come before an error is appended, too.

        Raises NotSound, what ``parts`` raises, and ``bound.error``.
        """
        batch = _Batch(into, hold, hashes, self.threads, self._turns)
        end_bytes = into.position_bytes
        self._active += 1
        try:
            async for part in parts:
                end_bytes += len(part)
                if end_bytes > bound.position_bytes:
                    raise bound.error
                if batch.add(part) >= self._batch_bytes:
                    await batch.hand_over()
        finally:
            self._active -= 1
            await batch.finish()

    @property
    def _batch_bytes(self) -> int:
        return min(max(_TOGETHER_BYTES // self._active, _BATCH_BYTES_MIN), _BATCH_BYTES_MAX)


@dataclass(slots=True)
class _Batch:
    """What has come and is not handed over, and what is being written."""

    into: Reception
    hold: Hold
    hashes: Sequence["Hash"]
    threads: ThreadPoolExecutor
    turns: asyncio.Semaphore
    _parts: list[bytes] = field(default_factory=list)
    _size_bytes: int = 0
    _writing: asyncio.Task[None] | None = None

    def add(self, part: bytes) -> int:
        """Take a part; return how much there is."""
        self._parts.append(part)
        self._size_bytes += len(part)
        return self._size_bytes

    async def hand_over(self) -> None:
        """Let it be written, after what is before it."""
        parts, self._parts, self._size_bytes = self._parts, [], 0
        if self._writing is not None:
            await self._writing
        self.hold.check()
        if self.into.position_bytes == 0 and self.hold.row.tus_concat != PARTIAL:
            _check_first(parts)  # a part of a file may begin like anything
        self._writing = asyncio.create_task(self._write(parts))

    async def finish(self) -> None:
        """Write what is left, and wait for it."""
        if self._parts:
            await self.hand_over()
        if self._writing is not None:
            await self._writing

    async def _write(self, parts: list[bytes]) -> None:
        await _all(self.into.append(parts), self._hash(parts))
        self.hold.received_bytes = self.into.position_bytes

    async def _hash(self, parts: list[bytes]) -> None:
        async with self.turns:
            await _all(*(in_threads(self.threads, _feed, each, parts) for each in self.hashes))


async def _all(*doing: Awaitable[None]) -> None:
    """Return when all have ended, also where one fails or this is cancelled; raise the first error.

    What goes on by itself would write to a file that is closed, and may be another's by then.
    """
    for ended in await asyncio.gather(*doing, return_exceptions=True):
        if ended is not None:
            raise ended


def _feed(digest: "Hash", parts: Sequence[bytes]) -> None:
    for part in parts:
        digest.update(part)


def _check_first(parts: Sequence[bytes]) -> None:
    first = b"".join(parts[:2])
    if len(first) >= LEAST_BYTES:
        check_sound(first)


async def content_of(request: web.Request) -> AsyncIterator[bytes]:
    """Yield a request's content as it comes; raises BrokenOff or RequestTimedOut."""
    await ask_for_body(request)
    try:
        async for part in request.content.iter_any():
            yield part
    except (OSError, ClientPayloadError, HttpProcessingError) as error:
        raise BrokenOff from error


def check_coding(request: web.Request) -> None:
    """Raise MediaTypeUnsupported for content that is coded: what is counted is what is stored."""
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise MediaTypeUnsupported("Send the file as it is, without a Content-Encoding.")


@contextmanager
def interruptible(hold: Hold) -> Iterator[None]:
    """Let the end of a hold end the block, with UploadBusy."""
    if hold.is_over():
        raise UploadBusy
    block = asyncio.current_task()
    assert block is not None  # noqa: S101 a coroutine runs in a task
    hold.interrupt = block.cancel
    try:
        yield
    except asyncio.CancelledError:
        if hold.is_over() and block.uncancel() == 0:
            raise UploadBusy from None
        raise
    finally:
        hold.interrupt = None
