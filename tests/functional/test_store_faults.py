"""A store that fails: nothing is lost, nothing is corrupt, and nothing plays that is not whole."""

import itertools
import json
import posixpath
from http import HTTPStatus
from pathlib import Path

import obstore
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from obstore.store import MemoryStore, ObjectStore

from manifests import layout
from manifests.media_playlist import MediaPlaylist
from manifests.parse import parse_playlist
from origin.app import create_app
from origin.collecting.collect import remove_garbage
from origin.collecting.surroundings import Surroundings
from origin.stores.opening import open_store
from packager.errors import StoreFailed
from packager.publishing.garbage import Graces
from packager.publishing.listing import pages
from tests.functional.storing import contents, package_song, quick, reached
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, failing_after, seeded
from tests.servers.seaweedfs import Bucket
from tests.servers.soundbridge import soundbridge
from tests.sources.published import publish


@pytest.mark.long
@pytest.mark.long_if("2")
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_packaged_through_faults_is_the_same_to_the_byte(
    s3: Bucket, some_music: Path, undisturbed: dict[str, bytes], seed: int
) -> None:
    with fault_proxy(s3, seeded(seed, 0.3)) as proxy:
        package_song(some_music, quick(proxy.bucket, f"seed-{seed}"))
        assert len(proxy.faults) > 3
    store = s3.store(f"seed-{seed}")
    assert contents(store, "media", "entry") == undisturbed


def assert_that_playlists_list_only_what_is_there(store: ObjectStore) -> None:
    there = contents(store, "media", "growing")
    for key, content in there.items():
        if not key.endswith(f"/{layout.PLAYLIST}"):
            continue
        playlist = parse_playlist(content)
        assert isinstance(playlist, MediaPlaylist)
        for segment in playlist.segments:
            listed = posixpath.normpath(posixpath.join(posixpath.dirname(key), segment.uri))
            assert listed in there, f"{key} lists {segment.uri}"


@pytest.mark.long
@pytest.mark.parametrize("puts", [0, 20])
def test_a_store_that_takes_no_more_has_nothing_complete_and_is_taken_up_again(
    s3: Bucket, some_music: Path, undisturbed: dict[str, bytes], puts: int
) -> None:
    prefix = f"full-{puts}"
    with (
        fault_proxy(s3, failing_after(puts, frozenset({"PUT"}))) as proxy,
        pytest.raises(StoreFailed, match="Check the store"),
    ):
        package_song(some_music, quick(proxy.bucket, prefix, retries=2))
    store = s3.store(prefix)
    assert not any(key.endswith(layout.INDEX) for key in contents(store, "media"))
    assert_that_playlists_list_only_what_is_there(store)
    package_song(some_music, store)
    assert contents(store, "media", "entry") == undisturbed


def test_a_store_that_is_gone_in_the_middle_has_nothing_complete_and_is_taken_up_again(
    s3: Bucket, some_music: Path, undisturbed: dict[str, bytes]
) -> None:
    everything = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE"})
    with (
        fault_proxy(s3, failing_after(12, everything)) as proxy,
        pytest.raises(StoreFailed, match="Check the store"),
    ):
        package_song(some_music, quick(proxy.bucket, "gone", retries=2))
    store = s3.store("gone")
    left = contents(store, "media")
    assert left
    assert not any(key.endswith(layout.INDEX) for key in left)
    assert_that_playlists_list_only_what_is_there(store)
    package_song(some_music, store)
    assert contents(store, "media", "entry") == undisturbed


@pytest.mark.long_if("2")
@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_served_through_faults_is_right_or_a_problem(s3: Bucket, seed: int) -> None:
    asset = publish(MemoryStore())
    store = s3.store(f"served-{seed}")
    for name, content in asset.contents.items():
        obstore.put(store, asset.entry.where.key(name), content)
    obstore.put(store, asset.entry.where.key(layout.INDEX), asset.index.to_json())
    obstore.put(store, layout.entry_key(asset.entry.playback_id), asset.entry.to_json())
    unseen = {HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE}
    with fault_proxy(s3, seeded(seed, 0.75)) as proxy:
        while unseen:  # whose request a fault meets depends on how many are late, and asked again
            app = create_app(quick(proxy.bucket, f"served-{seed}", retries=1))
            async with TestClient(TestServer(app)) as client:
                for name, content in list(asset.contents.items()) * 3:
                    unseen -= {await served(client, f"{asset.path}/{name}", content)}


async def served(
    client: TestClient[web.Request, web.Application], path: str, content: bytes
) -> HTTPStatus:
    async with client.get(path) as response:
        body = await response.read()  # raises where it is shorter than its Content-Length
        if response.status == HTTPStatus.OK:
            assert body == content
        else:
            assert response.status == HTTPStatus.SERVICE_UNAVAILABLE
            assert response.headers["Cache-Control"] == "no-store"
            assert json.loads(body)["code"] == "store_unavailable"
        return HTTPStatus(response.status)


def test_a_listing_that_breaks_off_goes_on_behind_the_last_key(s3: Bucket) -> None:
    store = s3.store("many")
    keys = {f"media/song/r1/128k/{number:05d}.m4s" for number in range(1_100)}
    for key in keys:
        obstore.put(store, key, b"")
    requests = itertools.count(1)
    every_other = [None, Fault.BODY_CUT, Fault.BODY_RESET]
    with fault_proxy(s3, lambda _request: every_other[next(requests) % 3]) as proxy:
        pages_there = list(pages(quick(proxy.bucket, "many"), "media"))
        assert set(proxy.faults) == {Fault.BODY_CUT, Fault.BODY_RESET}
    assert len(pages_there) > 1
    listed = [each["path"] for page in pages_there for each in page]
    assert len(listed) == len(keys)
    assert set(listed) == keys

    with fault_proxy(s3, seeded(6, 0.4)) as proxy:
        abandoned = Graces(abandoned_s=-60)
        (removal,) = remove_garbage(Surroundings(quick(proxy.bucket, "many")), abandoned)
        assert len(removal.objects) == len(keys)
        assert proxy.faults
    assert contents(store, "media") == {}


def test_a_listing_that_always_breaks_off_is_an_error(s3: Bucket) -> None:
    obstore.put(s3.store("one"), "media/a/r1/x", b"")
    with fault_proxy(s3, lambda _request: Fault.BODY_CUT) as proxy:
        with pytest.raises(obstore.exceptions.GenericError):
            list(pages(quick(proxy.bucket, "one"), "media"))
        assert 1 < proxy.requests < 10


@pytest.mark.long
def test_a_server_that_says_nothing_is_asked_again(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = itertools.count()
    with fault_proxy(s3, lambda _request: None if next(requests) % 2 else Fault.STALLED) as proxy:
        reached(proxy.bucket, monkeypatch, AWS_TIMEOUT="1s")
        store = open_store("s3://audio/silent")
        obstore.put(store, "media/a/r1/x", b"sound")
        assert bytes(obstore.get(store, "media/a/r1/x").bytes()) == b"sound"
        assert [each["path"] for page in pages(store, "media") for each in page] == ["media/a/r1/x"]
        assert proxy.faults[Fault.STALLED] >= 3


@pytest.mark.long
def test_the_commands_are_as_patient(s3: Bucket, music: Path) -> None:
    obstore.put(s3.store("uploads"), "song.wav", music.read_bytes())
    with fault_proxy(s3, seeded(7, 0.1)) as proxy:
        done = soundbridge(
            *("package", "--json", "s3://audio/uploads/song.wav", "s3://audio/patient"),
            environment=proxy.bucket.environment,
        )
        assert proxy.faults
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["samples"] == 220_507
