"""Sources for stores that append to nothing: collected, then copied."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import obstore
from obstore.store import MemoryStore

from origin.companion.uploads.places.place import Source
from origin.companion.uploads.places.spool import SpoolPlace
from tests.functional.api.sending import SOUND

SOURCE = Source("sources/asset/upload/song one.wav")


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_is_collected_is_copied_when_it_is_complete(tmp_path: Path) -> None:
    store = MemoryStore()
    with ThreadPoolExecutor(2) as threads:
        place = SpoolPlace("gs://bucket/folder", store, tmp_path, threads)
        assert place.where(SOURCE.key) == "gs://bucket/folder/sources/asset/upload/song%20one.wav"
        assert await place.begin(SOURCE.key) is None
        for part in (SOUND[:1000], SOUND[1000:]):
            async with place.open(SOURCE) as reception:
                await reception.append([part])
                await reception.keep()
        assert await place.received_bytes(SOURCE) == len(SOUND)
        async with place.open(SOURCE) as reception:
            await reception.complete()
        assert bytes(obstore.get(store, SOURCE.key).bytes()) == SOUND
        async with place.open(SOURCE) as again:  # as after a process that was killed here
            assert again.position_bytes == len(SOUND)
            await again.complete()
        await place.settled(SOURCE)
        assert files_in(tmp_path) == []
        assert b"".join([part async for part in place.read(SOURCE)]) == SOUND
        await place.discard(SOURCE)
        assert not list(obstore.list(store))
        await place.discard(SOURCE)
