"""Bytes of many uploads that come at once."""

import asyncio
import hashlib
import threading
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest

from origin.companion.uploads.holding import Hold, UploadBusy
from origin.companion.uploads.places.folder import FolderPlace
from origin.companion.uploads.places.place import Source
from origin.companion.uploads.receiving import HASHED_AT_ONCE, Bound, Receiver, interruptible
from origin.delivery.errors import BadRequest

UPLOADS = 12
PART = b"RIFF\xff\xff\xff\x7fWAVEfmt " + bytes(70_000)
BOUND = Bound(10_000_000, BadRequest("It is too large."))


class Digest:
    """A digest that takes its time, and knows how many others are at work."""

    def __init__(self, most: list[int]) -> None:
        self._most = most
        self.size_bytes = 0

    _working = 0
    _lock = threading.Lock()

    def update(self, part: bytes) -> None:
        cls = type(self)
        with self._lock:
            cls._working += 1
            self._most[0] = max(self._most[0], cls._working)
        time.sleep(0.002)
        self.size_bytes += len(part)
        with self._lock:
            cls._working -= 1


async def parts(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield PART
        await asyncio.sleep(0)


class Row:
    id = "x"
    tus_concat = None


async def test_few_batches_are_hashed_at_a_time_and_all_arrive(tmp_path: Path) -> None:
    most = [0]
    with ThreadPoolExecutor(4 * HASHED_AT_ONCE) as threads:
        receiver, place = Receiver(threads), FolderPlace(tmp_path, threads)

        async def one(number: int) -> int:
            hold = Hold(cast("Any", Row()), "token", 0)
            digest = Digest(most)
            async with place.open(Source(f"source-{number}", None)) as file:
                await receiver.receive(parts(8), file, hold, [cast("Any", digest)], BOUND)
                assert digest.size_bytes == file.position_bytes
                return file.position_bytes

        sizes = await asyncio.gather(*(one(number) for number in range(UPLOADS)))
    assert sizes == [8 * len(PART)] * UPLOADS
    assert most[0] <= HASHED_AT_ONCE


@pytest.mark.parametrize("hashes", [True, False], ids=["while it hashes", "before it hashes"])
@pytest.mark.parametrize("ends", [1, 2], ids=["asked for", "asked for, then shut down"])
async def test_who_is_interrupted_closes_no_file_that_is_still_written(
    tmp_path: Path, ends: int, *, hashes: bool
) -> None:
    """Its number would be another file's: what others send, or a database.

    What waits for its turn to be hashed ends at once, and what is written does not.
    """
    is_free, at_work = threading.Event(), asyncio.Event()
    hold, source = Hold(cast("Any", Row()), "token", 0), Source("source", None)
    with ThreadPoolExecutor(HASHED_AT_ONCE) as threads:
        receiver, place = Receiver(threads), FolderPlace(tmp_path, threads)

        async def content() -> AsyncIterator[bytes]:
            for _ in range(HASHED_AT_ONCE):
                threads.submit(is_free.wait)
                if not hashes:
                    await receiver._turns.acquire()  # noqa: SLF001 as others have them
            async for part in parts(100):
                yield part
                at_work.set()

        async def one() -> int:
            async with place.open(source) as file:
                digests = [hashlib.sha256()]
                with pytest.raises((UploadBusy, asyncio.CancelledError)), interruptible(hold):
                    await receiver.receive(content(), file, hold, digests, BOUND)
                assert is_free.is_set()
                return file.position_bytes

        receiving = asyncio.create_task(one())
        await at_work.wait()
        await asyncio.sleep(0.1)
        hold.end()
        for _ in range(1, ends):
            await asyncio.sleep(0.01)
            receiving.cancel()
        asyncio.get_running_loop().call_later(0.1, is_free.set)
        try:
            position_bytes = await receiving
        finally:
            is_free.set()
        assert 0 < position_bytes == await place.received_bytes(source)
