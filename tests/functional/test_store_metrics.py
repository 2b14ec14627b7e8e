"""Reads of a store, by how they went: what an operator is to be told apart."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from obstore.store import S3Store

from manifests.index import StoredObject
from origin.delivery.errors import ApiError
from origin.stores.reader import StoreReader
from origin.telemetry.process import Telemetry
from tests.functional.storing import quick
from tests.servers.counting import CountingStore, until
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault
from tests.servers.seaweedfs import Bucket

if TYPE_CHECKING:
    from obstore import GetResult  # exists for type checkers alone

USUAL = 40
"""After so many reads it is known what one takes."""
LISTED = StoredObject("name", 5, hashlib.sha256(b"sound").hexdigest())


class Reads:
    """A store that has ``key``, and what is told of the reads of it."""

    def __init__(self, store: CountingStore | S3Store, timeout_s: float = 10.0) -> None:
        self._telemetry = Telemetry()
        self.reader = StoreReader(
            store, timeout_s=timeout_s, measured=self._telemetry.reads_of_store(1)
        )

    @property
    def told(self) -> dict[str, float]:
        """How many reads of each kind there were."""
        return {
            f"{sample.labels['operation']} {sample.labels['outcome']}": sample.value
            for metric in self._telemetry.metrics.store_reads.collect()
            for sample in metric.samples
            if sample.name.endswith("_count")
        }


async def _outcome_of(read: Awaitable[object]) -> None:
    with suppress(ApiError, asyncio.CancelledError):
        await read


@pytest.fixture
async def store() -> AsyncIterator[CountingStore]:
    store = CountingStore()
    store.put("key", b"sound")
    yield store
    store.gate.set()


async def test_what_is_there_is_not_there_or_is_another(store: CountingStore) -> None:
    reads = Reads(store)
    await _outcome_of(reads.reader.read("key", listed=LISTED))
    await _outcome_of(reads.reader.read("other"))
    store.put("key", b"noise")
    await _outcome_of(reads.reader.read("key", listed=LISTED))
    await _outcome_of(reads.reader.read("key", limit_bytes=3))
    assert reads.told == {"get ok": 1, "get not_found": 1, "get broken_object": 2}


async def test_a_store_that_fails_is_late_or_is_not_waited_for(store: CountingStore) -> None:
    store.down = True
    reads = Reads(store)
    await _outcome_of(reads.reader.read("key"))
    assert reads.told == {"get failed": 1}
    store.gate.clear()
    reads = Reads(store, timeout_s=0.05)
    await _outcome_of(reads.reader.read("key"))
    assert reads.told == {"get late": 1}
    reads = Reads(store)
    gone = asyncio.create_task(reads.reader.read("key"))
    await until(lambda: store.asked["key"] == 3)
    gone.cancel()
    await _outcome_of(gone)
    assert reads.told == {"get cancelled": 1}


async def test_a_store_that_lets_nobody_in(s3: Bucket) -> None:
    with fault_proxy(s3, lambda _request: Fault.DENIED) as proxy:
        reads = Reads(quick(proxy.bucket, "any"))
        await _outcome_of(reads.reader.read("key"))
    assert reads.told == {"get denied": 1}


class _Stuck(CountingStore):
    """One that answers all requests but one."""

    async def get_async(self, path: str) -> "GetResult":  # type: ignore[override]
        if self.asked[path] == USUAL:
            self.asked[path] += 1
            await asyncio.Event().wait()
        return await super().get_async(path)


async def test_a_second_request_is_told_and_how_it_went() -> None:
    store = _Stuck()
    store.put("key", b"sound")
    reads = Reads(store)
    for _ in range(USUAL + 1):
        assert await reads.reader.read("key") == b"sound"
    assert reads.told == {"get ok": USUAL + 1, "get_again ok": 1}
