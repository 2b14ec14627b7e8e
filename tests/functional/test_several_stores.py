"""Several stores behind one server: what plays, moves, and fails."""

import json
import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from obstore.store import LocalStore, S3Store

from manifests.layout import entry_key
from tests.functional.scraping import metrics
from tests.functional.supervising import supervised, until
from tests.functional.tenants import SEGMENT, Tenants
from tests.servers.faults import Fault
from tests.sources.published import publish

SOON_S = 5.0
"""Far below the 10 s that a store has, on a busy machine."""


def test_tracks_of_all_stores_play_and_are_listed(tenants: Tenants) -> None:
    assets = [tenants.publish(store) for store in tenants.stores]
    for asset in assets:
        tenants.plays(asset)
    listed, said, headers = tenants.listing()
    assert {asset.entry.playback_id for asset in assets} <= listed
    assert said["complete"] is True
    assert "s-maxage=30" in headers["Cache-Control"]
    unknown = tenants.ask("/no-such-track.m3u8")
    assert (unknown.status, unknown.headers["Cache-Control"]) == (404, "max-age=5")


@pytest.mark.long
@pytest.mark.long_if("reset")
@pytest.mark.parametrize("fault", [Fault.STALLED, Fault.RESET_AT_ONCE])
def test_a_bucket_that_is_down_hurts_its_own_tracks_alone(
    tenants: Tenants, down: Callable[[Fault], None], fault: Fault
) -> None:
    known, late = tenants.publish(tenants.first), tenants.publish(tenants.second)
    lost = tenants.publish(tenants.bucket)
    played = tenants.publish(tenants.bucket)
    for asset in (known, played):
        tenants.plays(asset)
    down(fault)
    begun_s = time.monotonic()
    tenants.plays(known)
    tenants.plays(late)
    tenants.plays(played)  # from memory
    assert time.monotonic() - begun_s < 2 * SOON_S
    again_s = time.monotonic()
    tenants.plays(tenants.publish(tenants.second))
    assert time.monotonic() - again_s < SOON_S
    paths = (f"/{lost.entry.playback_id}.m3u8", f"{lost.path}/{SEGMENT}", "/no-such-one.m3u8")
    for answer in tenants.ask_all(*paths):
        assert (answer.status, answer.headers["Cache-Control"]) == (503, "no-store")
        assert json.loads(answer.body)["code"] == "store_unavailable"
    tenants.fault = None
    tenants.plays(lost)


@pytest.mark.long_if("reset")
@pytest.mark.parametrize("fault", [Fault.STALLED, Fault.RESET_AT_ONCE, Fault.ALTERED_ANSWER])
def test_who_listens_goes_on_with_a_copy_where_a_bucket_fails(
    tenants: Tenants, down: Callable[[Fault], None], fault: Fault
) -> None:
    asset = tenants.publish(tenants.bucket)
    tenants.plays(asset)
    publish(tenants.second, asset.entry.playback_id)
    down(fault)
    begun_s = time.monotonic()
    for name in ("320k/00000.m4s", "320k/00001.m4s", "waveform.dat"):
        answers = tenants.ask_all(f"{asset.path}/{name}")
        assert {answer.body for answer in answers} == {asset.contents[name]}
    assert time.monotonic() - begun_s < 2 * SOON_S


@pytest.mark.long
def test_probes_and_the_list_say_which_store_is_missing(
    tenants: Tenants, down: Callable[[Fault], None]
) -> None:
    lost, listed = tenants.publish(tenants.bucket), tenants.publish(tenants.first)
    down(Fault.STALLED)
    missing = b"ok\nstore 1 of 3 does not answer\n"
    with ThreadPoolExecutor() as threads:  # each waits for the bucket
        answered = threads.submit(
            until, lambda: (told := tenants.ask("/readyz")).body == missing and told
        )
        ids, said, headers = tenants.listing()
    told = answered.result()
    assert told.status == 200
    assert lost.entry.playback_id not in ids
    assert listed.entry.playback_id in ids
    assert said["complete"] is False
    assert headers["Cache-Control"] == "no-store"
    for text in (told.body, *map(str.encode, headers.values())):
        assert b"tenants" not in text
    tenants.fault = None
    ids = until(lambda: (told := tenants.listing())[1]["complete"] and told[0])
    assert lost.entry.playback_id in ids


def test_no_link_breaks_where_an_asset_moves(tenants: Tenants) -> None:
    """From a folder to the bucket, file by file; all the while it plays, with both workers."""
    asset = tenants.publish(tenants.first)
    tenants.plays(asset)
    where = asset.entry.where
    keys = [
        where.key("index.json"),
        entry_key(asset.entry.playback_id),
        *map(where.key, asset.contents),
    ]
    for number, key in enumerate(keys):
        tenants.bucket.put(key, tenants.first.get(key).bytes())
        tenants.first.delete(key)
        if number < 3:
            tenants.plays(asset)
    tenants.plays(asset)
    for name in ("320k/00002.m4s", "waveform.json"):
        assert {answer.status for answer in tenants.ask_all(f"{asset.path}/{name}")} == {200}
    untouched = tenants.ask(f"/{asset.entry.playback_id}.mpd")
    assert untouched.status == 200


def test_of_two_that_have_a_name_the_first_counts(tenants: Tenants) -> None:
    name = next(tenants.ids)
    publish(tenants.second, name, title="An impostor")
    publish(tenants.bucket, name, title="The real one")
    titles = {json.loads(answer.body)["title"] for answer in tenants.ask_all(f"/{name}.json")}
    assert titles == {"The real one"}
    assert tenants.listing()[1]["items"][0]["title"]


def test_reads_are_counted_by_store(tenants: Tenants) -> None:
    for store in tenants.stores:
        tenants.plays(tenants.publish(store))
    reads = "soundbridge_store_read_seconds_count,operation=get,outcome=ok,store="
    until(lambda: {f"{reads}{number}" for number in (1, 2, 3)} <= metrics(tenants.server).keys())


def test_workers_that_come_later_know_the_stores_too(tenants: Tenants) -> None:
    assets = [tenants.publish(store) for store in tenants.stores]
    before = tenants.server.workers
    os.kill(min(before), signal.SIGKILL)
    until(lambda: len(tenants.server.workers) == 2 and tenants.server.workers != before)
    for asset in assets:
        tenants.plays(asset)


@pytest.mark.long
def test_workers_come_up_without_a_folder_that_has_gone(tmp_path: Path) -> None:
    """At the start, it is taken for a mistake."""
    kept, gone = (LocalStore(tmp_path / name, mkdir=True) for name in ("kept", "gone"))
    kept_asset, gone_asset = publish(kept, "kept"), publish(gone, "gone")
    options = ("--store", str(tmp_path / "gone"))
    with supervised(tmp_path / "kept", tmp_path / "log", *options) as server:
        alone = Tenants(server, S3Store("none"), kept, gone)
        (tmp_path / "gone").rename(tmp_path / "elsewhere")
        (before,) = server.workers
        os.kill(before, signal.SIGKILL)
        until(lambda: server.workers - {before})
        until(lambda: alone.ask("/readyz").body == b"ok\nstore 2 of 2 does not answer\n")
        alone.plays(kept_asset)
        assert alone.ask("/gone.m3u8").status == 503
        (tmp_path / "elsewhere").rename(tmp_path / "gone")
        alone.plays(gone_asset)
