"""Sources in a folder, where a process was stopped for so long that another one took its upload."""

import asyncio
import os
import resource
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from errno import EIO
from pathlib import Path

import obstore
import pytest
from obstore.store import MemoryStore

from origin.companion.uploads.holding import UploadBusy
from origin.companion.uploads.places import folder
from origin.companion.uploads.places.folder import FolderPlace
from origin.companion.uploads.places.place import Source
from origin.companion.uploads.places.spool import SpoolPlace
from origin.delivery.errors import StoreUnavailable

SOURCE = Source("sources/song/upload/song.wav")


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[FolderPlace]:
    with ThreadPoolExecutor(1) as threads:
        yield FolderPlace(tmp_path, threads)


async def test_who_was_stopped_gives_no_name_to_what_another_sends(
    place: FolderPlace, tmp_path: Path
) -> None:
    async with place.open(SOURCE) as stopped:
        await stopped.append([b"of old"])
        await place.discard(SOURCE)  # as who sends it again does, once it is theirs
        async with place.open(SOURCE) as other:
            await other.append([b"half"])
            with pytest.raises(UploadBusy):
                await stopped.complete()
            await other.append([b" and half"])
            await other.complete()
    assert (tmp_path / SOURCE.key).read_bytes() == b"half and half"


async def test_who_was_stopped_gives_no_name_to_what_another_has_completed(
    place: FolderPlace, tmp_path: Path
) -> None:
    async with place.open(SOURCE) as stopped:
        await stopped.append([b"of old"])
        await place.discard(SOURCE)
        async with place.open(SOURCE) as other:
            await other.append([b"all of it"])
            await other.complete()
        with pytest.raises(UploadBusy):
            await stopped.complete()
    assert (tmp_path / SOURCE.key).read_bytes() == b"all of it"


async def test_who_was_stopped_copies_nothing_of_what_another_sends(tmp_path: Path) -> None:
    """To a store that appends to nothing: half of it might come there behind all of it."""
    store = MemoryStore()
    with ThreadPoolExecutor(1) as threads:
        place = SpoolPlace("memory://", store, tmp_path, threads)
        async with place.open(SOURCE) as stopped:
            await stopped.append([b"of old"])
            await obstore.put_async(store, SOURCE.key, b"")  # else there is nothing to discard
            await place.discard(SOURCE)
            async with place.open(SOURCE) as other:
                await other.append([b"half"])
                with pytest.raises(UploadBusy):
                    await stopped.complete()
                assert list(obstore.list(store)) == []
                await other.append([b" and half"])
                await other.complete()
    assert bytes(obstore.get(store, SOURCE.key).bytes()) == b"half and half"


async def test_who_is_cancelled_while_it_opens_a_file_does_not_keep_it_from_others(
    tmp_path: Path,
) -> None:
    is_free = threading.Event()
    with ThreadPoolExecutor(1) as threads:
        place = FolderPlace(tmp_path, threads)

        async def opens() -> int:
            async with place.open(SOURCE) as file:
                return file.position_bytes

        threads.submit(is_free.wait)
        opening = asyncio.create_task(opens())
        await asyncio.sleep(0.05)
        opening.cancel()
        asyncio.get_running_loop().call_later(0.05, is_free.set)
        with pytest.raises(asyncio.CancelledError):
            await opening
        assert await opens() == 0


async def test_what_was_written_in_part_can_be_cut(place: FolderPlace) -> None:
    async with place.open(SOURCE) as file:
        await file.append([b"of old"])
        limits = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
        try:
            with pytest.raises(StoreUnavailable):
                await file.append([bytes(5_000)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        assert (file.position_bytes, await place.received_bytes(SOURCE)) == (1_000, 1_000)
        await file.cut(6)
        assert await place.received_bytes(SOURCE) == 6


@pytest.mark.parametrize(("sync", "every_bytes"), [("fdatasync", 10), ("fsync", 1_000)])
async def test_what_the_disk_did_not_take_is_not_there(
    place: FolderPlace, monkeypatch: pytest.MonkeyPatch, sync: str, every_bytes: int
) -> None:
    """It says so once, and then takes what it dropped for written. Here, only the call fails."""
    async with place.open(SOURCE) as file:
        await file.append([b"of old"])
        await file.keep()
    failures, done = [OSError(EIO, "It is worn out.")], getattr(os, sync)

    def syncs(descriptor: int) -> None:
        if failures:
            raise failures.pop()
        done(descriptor)

    monkeypatch.setattr(os, sync, syncs)
    monkeypatch.setattr(folder, "_SYNC_EVERY_BYTES", every_bytes)

    async def sends() -> None:
        async with place.open(SOURCE) as file:
            for _ in range(3):
                await file.append([bytes(20)])
                await asyncio.sleep(0.02)
            await file.complete()

    with pytest.raises(StoreUnavailable):
        await sends()
    assert not failures
    async with place.open(SOURCE) as file:
        assert file.position_bytes == len(b"of old")
        await file.append([b" and new"])
        await file.complete()


async def test_what_the_disk_did_not_take_in_the_end_is_not_there(
    place: FolderPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> None:
        raise OSError(EIO, "It is worn out.")

    monkeypatch.setattr(os, "fdatasync", fails)
    monkeypatch.setattr(folder, "_SYNC_EVERY_BYTES", 10)
    async with place.open(SOURCE) as file:
        await file.append([bytes(20)])
    assert await place.received_bytes(SOURCE) == 0


async def test_what_the_disk_did_not_take_is_not_there_for_who_is_stopped_meanwhile(
    place: FolderPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_asked, is_told = threading.Event(), threading.Event()

    def fails(_: int) -> None:
        is_asked.set()
        is_told.wait(5)
        raise OSError(EIO, "It is worn out.")

    monkeypatch.setattr(os, "fsync", fails)

    async def sends() -> None:
        async with place.open(SOURCE) as file:
            await file.append([bytes(20)])
            await file.keep()

    sending = asyncio.create_task(sends())
    await asyncio.to_thread(is_asked.wait, 5)
    sending.cancel()
    is_told.set()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert await place.received_bytes(SOURCE) == 0


async def test_who_goes_on_finds_what_the_disk_has(
    place: FolderPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or what a disk drops then is of those before, too, and nobody knows where it begins."""
    synced_bytes = [0]

    async def breaks_off() -> None:
        async with place.open(SOURCE) as file:
            await file.append([bytes(20)])
            raise asyncio.CancelledError  # as when a server ends

    def syncs(descriptor: int) -> None:
        synced_bytes[0] = os.fstat(descriptor).st_size

    monkeypatch.setattr(os, "fsync", syncs)
    with pytest.raises(asyncio.CancelledError):
        await breaks_off()
    assert synced_bytes == [await place.received_bytes(SOURCE)]
