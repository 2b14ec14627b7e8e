"""How a store is asked again that is down or busy, and how much is asked of one at once."""

import os
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from statistics import mean

import obstore
import pytest

from origin.packaging_job import PackagingJob, Queued
from origin.stores.opening import open_store
from origin.uploading import Upload, upload_and_queue
from packager.publishing.storage import AT_ONCE
from tests.functional.storing import package_song, quick, reached
from tests.servers.fault_proxy import Proxy, fault_proxy
from tests.servers.faults import Fault, Plan, Request, always, writes
from tests.servers.seaweedfs import Bucket

CLIENTS = 8
DOWN_S = 3.0
SHORTEST_S = 0.1


def down_for(seconds: float) -> Plan:
    """Return a plan by which nothing succeeds for so long after the first request."""
    begun_s: list[float] = []

    def plan(_: Request) -> Fault | None:
        begun_s.append(time.monotonic())
        return Fault.SLOW_DOWN if begun_s[-1] - begun_s[0] < seconds else None

    return plan


def gaps_s(proxy: Proxy) -> list[list[float]]:
    """How long each object's requests are apart, in their order; others may be under way still."""
    at_s = defaultdict(list)
    for arrival in proxy.arrivals:
        if "/down/" in arrival.target:
            at_s[arrival.target].append(arrival.at_s)
    return [[later - earlier for earlier, later in pairwise(times)] for times in at_s.values()]


@pytest.mark.long
def test_a_store_that_is_down_is_asked_again_after_pauses_that_grow_and_differ(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fault_proxy(s3, down_for(DOWN_S)) as proxy:
        reached(proxy.bucket, monkeypatch)
        store = open_store("s3://audio/down")
        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(lambda number: obstore.put(store, str(number), b""), range(CLIENTS)))
        gaps = gaps_s(proxy)
    assert len(gaps) == CLIENTS
    assert min(min(each) for each in gaps) > SHORTEST_S
    second = sorted(each[1] for each in gaps)
    assert second[-1] - second[0] > SHORTEST_S / 5  # out of a range of twice that pause
    assert mean(each[-1] for each in gaps) > mean(each[0] for each in gaps) + 2 * SHORTEST_S


def is_segment(request: Request) -> bool:
    return writes(request) and ".m4s" in request.target


@pytest.mark.long
def test_no_more_than_so_many_objects_are_under_way(s3: Bucket, long_music: Path) -> None:
    with fault_proxy(s3, always(Fault.SLOW_BODY, is_segment)) as proxy:
        package_song(long_music, quick(proxy.bucket, "long"))
    assert proxy.most_in_flight == AT_ONCE == 8


def test_no_more_than_two_parts_of_an_upload_are_under_way(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "large.wav"
    file.write_bytes(os.urandom(34_000_000))
    upload = Upload.of(file, "s3://audio/parts", "song", "upload")
    queued = Queued("job", PackagingJob(upload.where, "song", "plays", "now"), is_new=True)
    with fault_proxy(s3, always(Fault.SLOW_BODY, writes)) as proxy:
        reached(proxy.bucket, monkeypatch)
        upload_and_queue(upload, lambda: queued)
    assert sum("partNumber=" in arrival.target for arrival in proxy.arrivals) == 5
    assert proxy.most_in_flight == 2
