"""One object of a store copied into a file, by a transfer that can be ended while it waits.

A server can send slowly, or nothing at all: whoever needs the copy no more does not wait for that.

Where parts of an object can be asked for, its copy is read while it still arrives (``Transfer``):
first what tells it from other sources, then all of it from the beginning; a few parts at a time, so
as not to compete with what plays first, and more when that does, or somebody waits for the rest.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import suppress
from itertools import chain
from threading import Thread
from typing import IO, TYPE_CHECKING, Final, TypeAlias, TypeVar

import obstore
from obstore.exceptions import GenericError
from obstore.store import ObjectStore

from packager.source.arrival import ArrivingFile
from packager.source.fingerprint import END_BYTES, WHOLE_BYTES, sampled

if TYPE_CHECKING:
    from obstore import GetOptions, ObjectMeta  # exist for type checkers alone

Range: TypeAlias = tuple[int, int]
"""First byte, and one past the last."""
_T = TypeVar("_T")

_LOOK_EVERY_S: Final = 0.2
_PART_BYTES: Final = 2 * 2**20
_AT_ONCE: Final = 8
_AT_LEISURE: Final = 2
_NO_PARTS: Final = ("non-partial response", "416 Range Not Satisfiable")
"""The second is said of an empty object."""
_WEAK: Final = "W/"
"""Such a tag matches nothing (RFC 9110 §13.1.1)."""
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


def first_part(
    store: ObjectStore, key: str, check_wanted: Callable[[], None]
) -> "tuple[ObjectMeta, obstore.Bytes] | None":
    """Return what the store says of ``key``, and its first bytes; raises as ``copy_object`` does.

    None where the server sends no parts, or there are none.
    """
    try:
        return asyncio.run(_while_wanted(_first_part(store, key), check_wanted))
    except GenericError as error:
        if any(said in str(error) for said in _NO_PARTS):
            return None
        raise


class Transfer:
    """The transfer of an object into a file, in a thread of its own, until ``end``.

    ``file`` has its first part already, and is closed when it ends, one way or another.
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
        self._haste = asyncio.Event()
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
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

    def hurry(self) -> None:
        """Fetch what is left as fast as it comes."""
        with suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._haste.set)

    def end(self) -> None:
        """End it, and return when it has."""
        self._is_unwanted = True
        self._thread.join()

    def _run(self, store: ObjectStore, key: str, meta: "ObjectMeta", file: ArrivingFile) -> None:
        with file, self._runner as runner:  # open until everybody knows why there is no more of it
            try:
                filled = _filled(store, key, meta, file, self._haste)
                runner.run(_while_wanted(filled, self._check))
                file.check_complete()
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


async def _first_part(store: ObjectStore, key: str) -> "tuple[ObjectMeta, obstore.Bytes]":
    async with asyncio.timeout(_PART_WITHIN_S):
        found = await obstore.get_async(store, key, options={"range": (0, END_BYTES)})
        return found.meta, await found.bytes_async()


async def _copied(store: ObjectStore, key: str, file: IO[bytes], limit_bytes: int) -> None:
    received = 0
    async for part in await obstore.get_async(store, key):
        received += file.write(part)
        if received > limit_bytes:
            break


async def _filled(
    store: ObjectStore, key: str, meta: "ObjectMeta", file: ArrivingFile, haste: asyncio.Event
) -> None:
    looked_at, rest = _parts(meta["size"])
    if not looked_at:  # then nobody knows it before all of it is there
        haste.set()
    first = iter(looked_at)

    async def take(parts: Iterator[Range]) -> None:
        for start, end in parts:
            file.write(start, await _part(store, key, meta, start, end))

    async def take_in_haste() -> None:
        await take(first)
        await haste.wait()
        await take(rest)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_LEISURE):
                group.create_task(take(chain(first, rest)))
            for _ in range(_AT_ONCE - _AT_LEISURE):
                group.create_task(take_in_haste())
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


async def _part(
    store: ObjectStore, key: str, meta: "ObjectMeta", start: int, end: int
) -> obstore.Bytes:
    """Return bytes ``[start, end)`` of the object that was looked at."""
    # A part of what came in its place since would be a part of another sound.
    tag = meta["e_tag"]
    same: GetOptions = {} if tag is None or tag.startswith(_WEAK) else {"if_match": tag}
    async with asyncio.timeout(_PART_WITHIN_S):
        found = await obstore.get_async(store, key, options={"range": (start, end), **same})
        part = await found.bytes_async()
    if len(part) != end - start or found.meta["size"] != meta["size"]:
        raise OSError("another size than it had")
    return part


def _parts(size_bytes: int) -> tuple[list[Range], Iterator[Range]]:
    """Return what is looked at after the first part, and what else there is, as it is needed."""
    looked_at = sampled(size_bytes) if size_bytes > WHOLE_BYTES else ()
    early = [(start, start + length) for start, length in looked_at if start]
    return early, _between(early, size_bytes)


def _between(early: list[Range], size_bytes: int) -> Iterator[Range]:
    missing_from = min(END_BYTES, size_bytes)
    for start, end in [*early, (size_bytes, size_bytes)]:
        for part in range(missing_from, start, _PART_BYTES):
            yield part, min(part + _PART_BYTES, start)
        missing_from = end
