"""A source that is being fetched is not waited for by who does not need it any more."""

import asyncio
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from origin.database.engine import open_database
from origin.entries import Entries
from origin.packaging_handler import PackagingHandler
from origin.packaging_job import KIND, PackagingJob
from packager.limits import Limits
from packager.queue.job import Claimed
from packager.queue.worker import Run
from packager.sandbox.warm import WarmReaders
from packager.source.local import local_file
from tests.servers.stalling import Stalling, stalling


class Unwanted(Exception):
    """What a test ends a transfer with."""


def test_a_transfer_ends_while_it_waits_and_its_copy_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with stalling() as server:

        def check_wanted() -> None:
            if server.begun.is_set():
                raise Unwanted

        with pytest.raises(Unwanted), local_file(server.url, Limits(), check_wanted):
            pass
        assert server.ended.wait(30)
    assert list(tmp_path.iterdir()) == []


async def cancelled_while_fetching(state: Path, server: Stalling) -> None:
    job = PackagingJob(server.url, "asset", "plays", "2026-01-02T03:04:05Z")
    held = Claimed("job", KIND, job.to_payload(), "ann", attempts=1, fence=1)
    async with open_database(state, None) as database:
        with WarmReaders() as readers:
            handler = PackagingHandler(Entries(database, MemoryStore()), readers)
            working = asyncio.create_task(handler(Run(held)))
            assert await asyncio.to_thread(server.begun.wait, 30)
            working.cancel()
            with pytest.raises(asyncio.CancelledError):
                await working


def test_a_worker_that_must_go_ends_what_it_fetches(tmp_path: Path) -> None:
    with stalling() as server:
        asyncio.run(cancelled_while_fetching(tmp_path / "state", server))
        assert server.ended.wait(30)
