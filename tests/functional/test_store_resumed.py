"""A body that breaks off is gone on with where it was, and never with another version of it."""

import hashlib
from dataclasses import dataclass, field

import pytest

from manifests.index import StoredObject
from origin.delivery.errors import BrokenObject, NotFound
from origin.stores.reader import StoreReader
from tests.functional.storing import quick
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, Request, reads
from tests.servers.odd_store import Oddity, odd_store
from tests.servers.seaweedfs import Bucket

BEFORE, AFTER = b"before" * 50_000, b"after." * 50_000
BREAKS = (Fault.BODY_RESET, Fault.BODY_CUT)


def listed(content: bytes) -> StoredObject:
    return StoredObject("key", len(content), hashlib.sha256(content).hexdigest())


@dataclass
class Breaking:
    """A plan that breaks off the first body; ``becomes`` is what is there from then on.

    ``asked`` is what the requests said of ranges.
    """

    bucket: Bucket
    fault: Fault
    becomes: bytes | None
    asked: list[str | None] = field(default_factory=list)

    def __call__(self, request: Request) -> Fault | None:
        if not reads(request):
            return None
        lines = request.head.decode().lower().split("\r\n")
        self.asked.append(next((line for line in lines if line.startswith("range:")), None))
        if len(self.asked) == 1:
            return self.fault
        store = self.bucket.store("resumed")
        if self.becomes is None:
            store.delete("key")
        elif self.becomes != BEFORE:
            store.put("key", self.becomes)
        return None


async def test_a_body_that_breaks_off_is_gone_on_with(s3: Bucket) -> None:
    for fault in BREAKS:
        s3.store("resumed").put("key", BEFORE)
        plan = Breaking(s3, fault, BEFORE)
        with fault_proxy(s3, plan) as proxy:
            assert await StoreReader(quick(proxy.bucket, "resumed")).read("key") == BEFORE
        assert plan.asked == [None, "range: bytes=150000-299999"]


async def test_what_is_listed_is_gone_on_with_too(s3: Bucket) -> None:
    for fault in BREAKS:
        s3.store("resumed").put("key", BEFORE)
        plan = Breaking(s3, fault, BEFORE)
        with fault_proxy(s3, plan) as proxy:
            reader = StoreReader(quick(proxy.bucket, "resumed"))
            assert await reader.read("key", listed=listed(BEFORE)) == BEFORE
        assert plan.asked == ["range: bytes=0-299999", "range: bytes=150000-299999"]


@pytest.mark.parametrize("fault", BREAKS)
@pytest.mark.parametrize("after", [AFTER, AFTER[:200_000], AFTER[:10], b""])
async def test_what_is_listed_is_never_given_in_parts_of_two(
    s3: Bucket, fault: Fault, after: bytes
) -> None:
    s3.store("resumed").put("key", BEFORE)
    with fault_proxy(s3, Breaking(s3, fault, after)) as proxy:
        reader = StoreReader(quick(proxy.bucket, "resumed"))
        with pytest.raises(BrokenObject):
            await reader.read("key", listed=listed(BEFORE))


@pytest.mark.parametrize("fault", BREAKS)
@pytest.mark.parametrize("after", [AFTER, AFTER[:200_000], AFTER * 2, AFTER[:10], b""])
async def test_what_was_replaced_meanwhile_is_read_anew(
    s3: Bucket, fault: Fault, after: bytes
) -> None:
    s3.store("resumed").put("key", BEFORE)
    plan = Breaking(s3, fault, after)
    with fault_proxy(s3, plan) as proxy:
        assert await StoreReader(quick(proxy.bucket, "resumed")).read("key") == after
    assert plan.asked[:2] == [None, "range: bytes=150000-299999"]
    assert plan.asked[-1] is None


async def test_what_was_taken_away_meanwhile_is_gone(s3: Bucket) -> None:
    s3.store("resumed").put("key", BEFORE)
    plan = Breaking(s3, Fault.BODY_RESET, None)
    with fault_proxy(s3, plan) as proxy, pytest.raises(NotFound):
        await StoreReader(quick(proxy.bucket, "resumed")).read("key")


@pytest.mark.parametrize("oddity", Oddity)
async def test_a_server_that_knows_no_ranges_is_asked_for_all_of_it(oddity: Oddity) -> None:
    with odd_store(BEFORE, oddity) as bucket:
        broken: list[str] = []

        def plan(request: Request) -> Fault | None:
            broken.append(request.target)
            return Fault.BODY_RESET if len(broken) == 1 else None

        with fault_proxy(bucket, plan) as proxy:
            assert await StoreReader(quick(proxy.bucket, "any")).read("key") == BEFORE
            reader = StoreReader(quick(proxy.bucket, "any"))
            assert await reader.read("key", listed=listed(BEFORE)) == BEFORE
        assert len(broken) > 1
