"""Sources in a bucket: a multipart upload, whose list of parts is the truth of what has come.

All parts but the last have one size, as some servers want it. What is too short for a part is put
into an object beside at the end of each request, named after its place; so nothing depends on this
machine, and any process goes on. Meanwhile it is in a nameless file, and so memory holds little,
however many are sent at once.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, ClassVar, Final
from urllib.parse import quote

from aiohttp import ClientError as HttpError
from aiohttp import ClientSession, ClientTimeout
from botocore.exceptions import (  # type: ignore[import-untyped] # it has none
    BotoCoreError,
    ClientError,
)

from origin.bucket.connection import BucketFailed, BucketLocation, connect
from origin.companion.uploads.places.folder import in_threads
from origin.companion.uploads.places.multipart import Multipart, code_of
from origin.companion.uploads.places.place import Source
from origin.delivery.errors import StoreUnavailable

PART_BYTES: Final = 8 * 1024 * 1024
_READ_BYTES: Final = 256 * 1024
_AT_ONCE: Final = 2
"""Parts in memory, of all uploads together."""
_TIMEOUT: Final = ClientTimeout(total=300.0, sock_connect=10.0)
_TAIL: Final = ".tail-"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a process uses for all of its uploads."""

    session: ClientSession
    threads: ThreadPoolExecutor
    folder: Path
    turns: asyncio.Semaphore


class BucketPlace:
    """A bucket, or a folder of one."""

    takes_parts: ClassVar[bool] = True

    def __init__(self, location: str, parts: Multipart, tools: Tools) -> None:
        self._location = location.rstrip("/")
        self.parts = parts
        self._tools = tools

    def where(self, key: str) -> str:
        """Return the URL."""
        return f"{self._location}/{quote(key)}"

    async def begin(self, key: str) -> str | None:
        """Begin a multipart upload."""
        with translated():
            return await self.parts.begin(key)

    @asynccontextmanager
    async def open(self, source: Source) -> "AsyncIterator[GrowingObject]":
        """Give the caller's block what has come so far."""
        growing = GrowingObject(self.parts, source, self._tools)
        with translated():
            await growing.look()
        try:
            yield growing
        finally:
            await asyncio.shield(growing.close())

    async def received_bytes(self, source: Source) -> int:
        """Return how much is in parts, and beside them."""
        async with self.open(source) as growing:
            return growing.position_bytes

    async def read(self, source: Source) -> AsyncIterator[bytes]:
        """Yield what is in the object."""
        with translated():
            found = await self.parts.get(source.key)
            async with found["Body"] as body:
                while part := await body.read(_READ_BYTES):
                    yield part

    async def discard(self, source: Source) -> None:
        """Abort the upload, and delete what is there."""
        with translated():
            if source.multipart_id is not None:
                await self.parts.abort(source.key, source.multipart_id)
            await self.parts.delete_below(f"{source.key.rpartition('/')[0]}/")

    async def settled(self, source: Source) -> None:
        """Do nothing: nothing is left."""


class GrowingObject:
    """A source that is appended to."""

    def __init__(self, parts: Multipart, source: Source, tools: Tools) -> None:
        self._parts = parts
        self._key = source.key
        self._id = source.multipart_id or ""
        self._tools = tools
        self._sent_bytes = 0
        self._number = 0
        self._is_whole = False
        self._beside: str | None = None
        self._buffer: IO[bytes] = tempfile.TemporaryFile(dir=tools.folder)  # noqa: SIM115 until close
        self._buffer_start = 0  # before it, all was sent
        self._buffered_bytes = 0
        self._is_held_back = False
        self._first = b""

    @property
    def position_bytes(self) -> int:
        """How much of it is there."""
        return self._sent_bytes + self._buffered_bytes

    async def look(self) -> None:
        """Ask what is there."""
        there = await self._parts.listed(self._key, self._id)
        if there is None:  # it was made one object, and then its process was killed
            self._is_whole = True
            self._sent_bytes = await self._parts.size_of(self._key) or 0
            return
        self._sent_bytes = sum(part.size_bytes for part in there)
        self._number = max((part.number for part in there), default=0)
        beside = f"{self._key}{_TAIL}{self._sent_bytes}"
        try:
            found = await self._parts.get(beside)
        except ClientError as error:
            if code_of(error) not in {"NoSuchKey", "404"}:
                raise
            return
        async with found["Body"] as body:
            tail = await body.read()
        self._beside = beside
        await self._write([tail])

    async def append(self, parts: Sequence[bytes]) -> None:
        """Take in bytes, and send what makes a part."""
        with translated():
            if self.position_bytes == 0:
                self._first = b"".join(parts[:2])
            await self._write(parts)
            if not self._is_held_back:
                await self._send_full_parts()

    def hold_back(self) -> None:
        """Send nothing until ``keep``: it may have to be cut off."""
        self._is_held_back = True

    async def keep(self) -> None:
        """Put beside what is no part yet."""
        self._is_held_back = False
        with translated():
            await self._send_full_parts()
            before, self._beside = self._beside, None
            if self._buffered_bytes:
                self._beside = f"{self._key}{_TAIL}{self._sent_bytes}"
                await self._parts.put(self._beside, await self._read(self._buffered_bytes))
            if before is not None and before != self._beside:
                await self._parts.delete(before)

    async def cut(self, position_bytes: int) -> None:
        """Drop what was not sent as a part."""
        if position_bytes >= self.position_bytes:
            return
        if position_bytes < self._sent_bytes:
            raise StoreUnavailable("What has come cannot be taken back. Make a new upload.")
        self._buffered_bytes = position_bytes - self._sent_bytes  # what comes is written over it

    async def beginning(self, size_bytes: int) -> bytes:
        """Return its first bytes where they came in this request, or it is whole; else none."""
        if self._is_whole:
            with translated():
                return await self._parts.first_bytes(self._key, size_bytes)
        return self._first[:size_bytes]

    async def complete(self) -> None:
        """Send the last part, and make one object of all."""
        if self._is_whole:
            return
        with translated():
            await self._send_full_parts()
            if self._buffered_bytes:
                await self._send(self._buffered_bytes)
            await self._parts.complete(self._key, self._id, size_bytes=self._sent_bytes)
            self._is_whole = True
            if self._beside is not None:
                await self._parts.delete(self._beside)

    async def close(self) -> None:
        """Close the file; what could not be written to it was told, and is not wanted any more."""
        with suppress(OSError):
            self._buffer.close()

    async def _write(self, parts: Sequence[bytes]) -> None:
        def write() -> None:  # all of it, also where whoever waits for it is cancelled
            self._buffer.seek(self._buffer_start + self._buffered_bytes)
            self._buffer.writelines(parts)
            self._buffer.flush()
            self._buffered_bytes = self._buffer.tell() - self._buffer_start

        await in_threads(self._tools.threads, write)

    async def _read(self, size_bytes: int) -> bytes:
        def read() -> bytes:
            self._buffer.seek(self._buffer_start)
            return self._buffer.read(size_bytes)

        return await in_threads(self._tools.threads, read)

    async def _send_full_parts(self) -> None:
        while self._buffered_bytes >= PART_BYTES:
            await self._send(PART_BYTES)

    async def _send(self, size_bytes: int) -> None:
        """Send the first bytes of what is buffered as the next part."""
        async with self._tools.turns:
            url = await self._parts.url_of(self._key, self._id, self._number + 1, size_bytes)
            content = await self._read(size_bytes)
            await put_part(self._tools.session, url, content)
        await in_threads(self._tools.threads, self._drop, size_bytes)

    def _drop(self, size_bytes: int) -> None:
        """Let go of what was sent as a part; what is behind it moves once that is little."""
        self._number += 1
        self._sent_bytes += size_bytes
        self._buffer_start += size_bytes
        self._buffered_bytes -= size_bytes
        if self._buffered_bytes >= PART_BYTES:
            return
        self._buffer.seek(self._buffer_start)
        rest = self._buffer.read(self._buffered_bytes)
        self._buffer.seek(0)
        self._buffer.write(rest)
        self._buffer.flush()
        self._buffer.truncate(len(rest))
        self._buffer_start = 0


async def put_part(session: ClientSession, url: str, content: bytes) -> None:
    """Send a part; raises OSError where the server does not take it."""
    length = {"Content-Length": str(len(content)), "Content-Type": ""}
    async with session.put(url, data=_in_pieces(content), headers=length) as answer:
        if not answer.ok:
            raise OSError(f"the server answers with {answer.status}")


async def _in_pieces(content: bytes) -> AsyncIterator[memoryview]:
    whole = memoryview(content)
    for start in range(0, len(whole), _READ_BYTES):
        yield whole[start : start + _READ_BYTES]


@contextmanager
def translated() -> Iterator[None]:
    """Raise StoreUnavailable for what a bucket raises."""
    try:
        yield
    except (BucketFailed, ClientError, BotoCoreError, HttpError, OSError, TimeoutError) as error:
        raise StoreUnavailable("The store does not take uploads now; try again later.") from error


@asynccontextmanager
async def open_bucket_place(
    location: str, folder: Path, threads: ThreadPoolExecutor
) -> AsyncIterator[BucketPlace]:
    """Give the caller's block the place in a bucket; ``folder`` is for nameless files."""
    where = BucketLocation.parse(location)
    async with AsyncExitStack() as opened:
        client: Any = await opened.enter_async_context(connect())
        session = await opened.enter_async_context(ClientSession(timeout=_TIMEOUT))
        tools = Tools(session, threads, folder, asyncio.Semaphore(_AT_ONCE))
        yield BucketPlace(location, Multipart(client, where), tools)
