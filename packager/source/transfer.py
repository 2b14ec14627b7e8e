"""One object of a store copied into a file, by a transfer that can be ended while it waits.

A server can send slowly, or nothing at all: whoever needs the copy no more does not wait for that.

Where parts of an object can be asked for, its copy is read while it still arrives (``Transfer``):
first what tells it from other sources, then all of it from the beginning.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from threading import Thread
from typing import IO, TYPE_CHECKING, Final, TypeVar

import obstore
from obstore.store import ObjectStore

from packager.source.arrival import ArrivingFile
from packager.source.fingerprint import WHOLE_BYTES, sampled

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta  # exist for type checkers alone

_T = TypeVar("_T")

_LOOK_EVERY_S: Final = 0.2
_PART_BYTES: Final = 2 * 2**20
_AT_ONCE: Final = 8
_PART_WITHIN_S: Final = 300.0
"""Slower than a telephone line, a transfer stands still."""


def copy_object(
    store: ObjectStore,
    key: str,
    file: IO[bytes],
    *,
    limit_bytes: int,
    check_wanted: Callable[[], None],
) -> None:
    """Write what ``key`` holds into ``file``, no more than a part beyond the limit.

    Raises what obstore raises; and what ``check_wanted`` raises, which is called several times a
    second and ends the transfer so. For threads that run no event loop.
    """
    asyncio.run(_while_wanted(_copied(store, key, file, limit_bytes), check_wanted))


def look_at(store: ObjectStore, key: str, check_wanted: Callable[[], None]) -> "ObjectMeta":
    """Return what the store says of ``key``; raises as ``copy_object`` does."""
    return asyncio.run(_while_wanted(_looked_at(store, key), check_wanted))


class Transfer:
    """The transfer of an object into a file, in a thread of its own, until ``end``.

    ``file`` is closed when it ends, one way or another.
    """

    def __init__(
        self,
        store: ObjectStore,
        key: str,
        meta: "ObjectMeta",
        file: ArrivingFile,
        check_wanted: Callable[[], None],
    ) -> None:
        self._future: Future[None] = Future()
        self._is_unwanted = False
        self._check_wanted = check_wanted
        self._thread = Thread(target=self._run, args=(store, key, meta, file), name="transfer")
        self._thread.start()

    def is_under_way(self) -> bool:
        """Tell whether anything may still be missing."""
        return not self._future.done()

    def failure(self) -> BaseException | None:
        """Return why it ended early: what obstore, the file or ``check_wanted`` raised, if any."""
        return self._future.exception() if self._future.done() else None

    def on_failure(self, do: Callable[[], object]) -> None:
        """Call ``do`` once it has ended early, from any thread, or at once where it already has."""
        self._future.add_done_callback(lambda future: do() if future.exception() else None)

    def end(self) -> None:
        """End it, and return when it has."""
        self._is_unwanted = True
        self._thread.join()

    def _run(self, store: ObjectStore, key: str, meta: "ObjectMeta", file: ArrivingFile) -> None:
        with file:  # open until everybody knows why there is no more of it
            try:
                asyncio.run(_while_wanted(_filled(store, key, meta, file), self._check))
            except BaseException as error:  # noqa: BLE001 for who reads the file
                self._future.set_exception(error)
            else:
                self._future.set_result(None)

    def _check(self) -> None:
        if self._is_unwanted:
            raise _Ended
        self._check_wanted()


class _Ended(Exception):
    """Nobody needs the rest."""


async def _while_wanted(asking: Coroutine[None, None, _T], check_wanted: Callable[[], None]) -> _T:
    transfer = asyncio.create_task(asking)
    try:
        while not transfer.done():
            check_wanted()
            await asyncio.wait({transfer}, timeout=_LOOK_EVERY_S)
    finally:
        transfer.cancel()
        await asyncio.wait({transfer})
    return await transfer


async def _looked_at(store: ObjectStore, key: str) -> "ObjectMeta":
    return await obstore.head_async(store, key)


async def _copied(store: ObjectStore, key: str, file: IO[bytes], limit_bytes: int) -> None:
    received = 0
    async for part in await obstore.get_async(store, key):
        received += file.write(part)
        if received > limit_bytes:
            break


async def _filled(store: ObjectStore, key: str, meta: "ObjectMeta", file: ArrivingFile) -> None:
    parts = _parts(meta["size"])
    # A part of what came in its place since would be a part of another sound.
    same: GetOptions = {} if meta["e_tag"] is None else {"if_match": meta["e_tag"]}

    async def take() -> None:
        for start, end in parts:
            async with asyncio.timeout(_PART_WITHIN_S):
                found = await obstore.get_async(store, key, options={"range": (start, end), **same})
                part = await found.bytes_async()
            file.write(start, part)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(take())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


def _parts(size_bytes: int) -> Iterator[tuple[int, int]]:
    """Yield ranges that make up the whole, each byte in one of them, in the order of need."""
    looked_at = sampled(size_bytes) if size_bytes > WHOLE_BYTES else ()
    early = [(start, start + length) for start, length in looked_at]
    yield from early
    missing_from = 0
    for start, end in [*early, (size_bytes, size_bytes)]:
        for part in range(missing_from, start, _PART_BYTES):
            yield part, min(part + _PART_BYTES, start)
        missing_from = end
