"""What a worker makes of a job beyond the usual ladder."""

import asyncio
import time
from pathlib import Path

from obstore.store import LocalStore

from manifests import layout
from manifests.entry import Entry
from manifests.index import Index
from origin.database.engine import open_database
from origin.entries import Entries
from origin.packaging_job import KIND, PackagingJob, Terms, enqueue_packaging
from origin.working import PackagingHandler
from packager.extras import Extras
from packager.queue.claim import claim
from packager.queue.worker import Run
from packager.sandbox.warm import WarmReaders


async def work_off(state: Path, store: LocalStore) -> None:
    """Do the one job that is queued, as a worker does."""
    async with open_database(state, None) as database:
        async with database.begin() as connection:
            held = await claim(connection, [KIND], worker="w", now_s=time.time(), lease_s=600)
        assert held is not None
        with WarmReaders() as readers:
            completion = await PackagingHandler(Entries(database, store), readers)(Run(held))
        async with database.begin() as connection:
            await completion.record(connection)
        await completion.follow()


def test_a_worker_makes_the_extras_that_were_asked_for(tmp_path: Path, music: Path) -> None:
    state, root = tmp_path / "state", tmp_path / "store"
    extras = Extras(lossless=True, packed_audio=True)
    job = PackagingJob(str(music), "asset", "plays", "2026-01-02T03:04:05Z", extras)
    enqueue_packaging(state, None, job, Terms("ann", 0, None), job_id="job", now_s=time.time())
    asyncio.run(work_off(state, LocalStore(root, mkdir=True)))
    where = Entry.from_json((root / layout.entry_key("plays")).read_bytes()).where
    index = Index.from_json((root / where.key(layout.INDEX)).read_bytes())
    assert [one.rung for one in index.renditions] == ["128k", "256k", "320k", "lossless"]
    assert (root / where.key(layout.PACKED_MULTIVARIANT)).is_file()
