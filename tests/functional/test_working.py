"""What a worker does beside packaging the usual ladder."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
from obstore.store import LocalStore

from manifests import layout
from manifests.entry import Entry
from manifests.index import Index
from manifests.layout import Revision
from origin.database.engine import open_database
from origin.entries import Entries
from origin.packaging_handler import PackagingHandler
from origin.packaging_job import KIND, PackagingJob, Terms, enqueue_packaging
from origin.promises import Promises
from packager.extras import Extras
from packager.queue.claim import claim
from packager.queue.worker import Run
from packager.sandbox.warm import WarmReaders
from tests.functional.collecting import age
from tests.sources.published import publish


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
    began = datetime.now(UTC) - timedelta(seconds=1)
    asyncio.run(work_off(state, LocalStore(root, mkdir=True)))
    entry = Entry.from_json((root / layout.entry_key("plays")).read_bytes())
    assert entry.changed is not None
    assert began < entry.changed <= datetime.now(UTC)
    where = entry.where
    index = Index.from_json((root / where.key(layout.INDEX)).read_bytes())
    assert [one.rung for one in index.renditions] == ["128k", "256k", "320k", "lossless"]
    assert (root / where.key(layout.PACKED_MULTIVARIANT)).is_file()


async def keep_promises(state: Path, store: LocalStore, until: Callable[[], bool]) -> None:
    """Let two workers keep them, until something is so."""
    both = [
        asyncio.create_task(Promises(store, state, None, 0.05, lambda: 0.5).keep())
        for _ in range(2)
    ]
    async with asyncio.timeout(60):
        while not until():  # noqa: ASYNC110 it is a folder that changes, which tells nobody
            await asyncio.sleep(0.05)
    for keeping in both:
        assert not keeping.done()
        keeping.cancel()
    await asyncio.gather(*both, return_exceptions=True)


def test_what_was_promised_to_go_goes_and_nothing_else(tmp_path: Path) -> None:
    state, root = tmp_path / "state", tmp_path / "store"
    store = LocalStore(root, mkdir=True, automatic_cleanup=True)
    published = publish(store)
    withdrawn, abandoned = Revision("bad", "r1"), Revision("stopped", "r1")
    superseded = Revision(published.entry.asset_id, "before")
    stays = {
        superseded.key(layout.INDEX),
        abandoned.key(layout.segment_name("128k", 0)),
        abandoned.growing_key(layout.MULTIVARIANT),
        layout.source_key("bad", "upload", "bad.flac"),
    }
    goes = {
        withdrawn.key(layout.segment_name("128k", 0)),
        withdrawn.growing_key(layout.WITHDRAWN),
        published.entry.where.growing_key(layout.MULTIVARIANT),
    }
    for key in (*stays, *goes):
        obstore.put(store, key, b"{}")
    before = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    age(root, hours=99)
    job = PackagingJob("bad.flac", "other", "other-plays", "2026-01-02T03:04:05Z")
    enqueue_packaging(state, None, job, Terms("ann", 0, None), job_id="job", now_s=time.time())

    def is_gone() -> bool:
        return not any((root / key).exists() for key in goes)

    asyncio.run(keep_promises(state, store, is_gone))
    after = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}
    assert after == before - goes


def test_promises_may_be_left_to_others(tmp_path: Path) -> None:
    async def keep() -> None:
        async with asyncio.timeout(10):
            await Promises(LocalStore(tmp_path), tmp_path, None, 0.0, lambda: 0.0).keep()

    asyncio.run(keep())


def test_promises_are_kept_once_the_store_can_be_understood_again(tmp_path: Path) -> None:
    state, root = tmp_path / "state", tmp_path / "store"
    store = LocalStore(root, mkdir=True, automatic_cleanup=True)
    mark = Revision("bad", "r1").growing_key(layout.WITHDRAWN)
    strange = layout.entry_key("strange")
    for key in (mark, strange):
        obstore.put(store, key, b"{")
    age(root, hours=2)
    looks = iter(range(1000))

    def until() -> bool:
        if next(looks) == 10:
            assert (root / mark).is_file()
            obstore.delete(store, strange)
        return not (root / mark).exists()

    job = PackagingJob("bad.flac", "other", "other-plays", "2026-01-02T03:04:05Z")
    enqueue_packaging(state, None, job, Terms("ann", 0, None), job_id="job", now_s=time.time())
    asyncio.run(keep_promises(state, store, until))
