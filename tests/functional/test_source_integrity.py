"""A source that is another when it arrives: noticed where somebody said what it should be."""

import asyncio
import hashlib
import os
import time
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore

from manifests import layout
from manifests.index import Index
from origin.database.engine import open_database
from origin.entries import Entries
from origin.packaging_handler import PackagingHandler
from origin.packaging_job import KIND, PackagingJob, Queued, Terms, enqueue_packaging
from origin.uploading import Upload, upload_and_queue
from packager.errors import StoreFailed
from packager.queue.claim import claim
from packager.queue.worker import Run
from packager.sandbox.warm import WarmReaders
from tests.functional.looking import read
from tests.functional.seeding import inspect
from tests.functional.storing import package_song, reached
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, always, first_of_each, reads, writes
from tests.servers.seaweedfs import Bucket

SOURCE = "uploads/song.wav"
URL = f"s3://audio/{SOURCE}"


@pytest.mark.parametrize("size_bytes", [1_000_003, 9_000_011])
def test_an_upload_that_is_altered_goes_again(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, size_bytes: int
) -> None:
    file = tmp_path / "song.wav"
    file.write_bytes(os.urandom(size_bytes))
    upload = Upload.of(file, "s3://audio/uploaded", "song", f"of-{size_bytes}")
    queued = Queued("job", PackagingJob(upload.where, "song", "plays", "now"), is_new=True)
    with fault_proxy(s3, first_of_each(Fault.ALTERED_UPLOAD, writes)) as proxy:
        reached(proxy.bucket, monkeypatch)
        upload_and_queue(upload, lambda: queued)
        assert proxy.faults[Fault.ALTERED_UPLOAD] == 1
    assert read(s3.store("uploaded"), upload.key) == file.read_bytes()


async def attempted_twice(state: Path, store: LocalStore) -> str:
    """Do the one job that is queued, as a worker does; return how its first attempt failed."""
    async with open_database(state, None) as database:
        async with database.begin() as connection:
            held = await claim(connection, [KIND], worker="w", now_s=time.time(), lease_s=600)
        assert held is not None
        with WarmReaders() as readers:
            handler = PackagingHandler(Entries(database, store), readers)
            with pytest.raises(StoreFailed) as raised:
                await handler(Run(held))
            await handler(Run(held))
    return str(raised.value)


def test_a_worker_knows_what_was_uploaded_for_its_job(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch, store: LocalStore, music: Path, tmp_path: Path
) -> None:
    obstore.put(s3.store(), SOURCE, music)
    sha256 = hashlib.sha256(music.read_bytes()).hexdigest()
    job = PackagingJob(URL, "song", "plays", "2026-01-02T03:04:05Z", upload_sha256=sha256)
    state = tmp_path / "state"
    enqueue_packaging(state, None, job, Terms("ann", 0, None), job_id="job", now_s=time.time())
    with fault_proxy(s3, first_of_each(Fault.ALTERED_ANSWER, reads)) as proxy:
        reached(proxy.bucket, monkeypatch)
        said = asyncio.run(attempted_twice(state, store))
    assert said.startswith("The source did not arrive as it was uploaded")


def test_a_source_that_arrives_altered_is_packaged_as_it_arrived(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch, some_music: Path, store: LocalStore, tmp_path: Path
) -> None:
    """Nobody said what it should be; what comes of it fits together."""
    obstore.put(s3.store(), SOURCE, some_music)
    with fault_proxy(s3, always(Fault.ALTERED_ANSWER, reads)) as proxy:
        reached(proxy.bucket, monkeypatch)
        entry = package_song(URL, store)
        assert proxy.faults
    index = Index.from_json(read(store, entry.where.key(layout.INDEX)))
    assert index.source.sha256 != hashlib.sha256(some_music.read_bytes()).hexdigest()
    for name, stored in index.objects().items():
        assert hashlib.sha256(read(store, entry.where.key(name))).hexdigest() == stored.sha256
    assert inspect(tmp_path / "store" / entry.where.key(layout.MULTIVARIANT)).findings == ()
