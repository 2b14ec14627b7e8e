"""A packaged asset as a whole: what is in the store, always the same, all of it or nothing."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from obstore.store import LocalStore, MemoryStore, ObjectStore

from manifests import layout
from manifests.entry import Entry
from manifests.index import Index
from packager.errors import SourceTooLarge, StoreFailed
from packager.limits import Limits
from packager.package import Packaged, Progress, package
from packager.tune import TITLE, tune_wav
from tests.sources.audio import converted, excerpt
from tests.sources.package import InFolder, package_into, warm_reader


def packaged(source: Path, store: ObjectStore, **asked: Any) -> Packaged:
    return package(
        source,
        store,
        asset_id="a",
        created_at="2026-01-02T03:04:05Z",
        reader=warm_reader(),
        **asked,
    )


@pytest.fixture(scope="module")
def asset(long_music: Path, tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    return package_into(tmp_path_factory.mktemp("store"), long_music)


def test_every_object_is_in_the_index(asset: InFolder) -> None:
    objects = asset.objects()
    index = objects.pop(layout.INDEX)
    assert Index.from_json(index) == asset.index
    assert set(asset.index.objects()) == set(objects)
    for name, stored in asset.index.objects().items():
        assert stored.size_bytes == len(objects[name])
        assert stored.sha256 == hashlib.sha256(objects[name]).hexdigest()


def test_the_index_tells_what_was_uploaded(asset: InFolder, long_music: Path) -> None:
    source = asset.index.source
    assert source.sha256 == hashlib.sha256(long_music.read_bytes()).hexdigest()
    assert source.size_bytes == long_music.stat().st_size
    assert (source.container, source.codec, source.bits_per_sample) == ("wav", "pcm_s16le", 16)
    assert (asset.index.samples, asset.index.sample_rate_hz) == (3_087_019, 44_100)
    assert {"soundbridge", "pyav", "libavcodec"} <= set(asset.index.versions)
    assert asset.index.loudness.integrated_lufs == pytest.approx(-14, abs=6)


def test_rungs_share_their_boundaries(asset: InFolder) -> None:
    cuts = {
        tuple((segment.start_ticks, segment.duration_ticks) for segment in rendition.segments)
        for rendition in asset.index.renditions
    }
    assert len(cuts) == 1
    assert [len(rendition.segments) for rendition in asset.index.renditions] == [12, 12, 12]


def test_bandwidths_are_what_the_rungs_are_named_for(asset: InFolder) -> None:
    for rendition in asset.index.renditions:
        assert rendition.average_bandwidth_bps <= rendition.bandwidth_bps
        assert rendition.average_bandwidth_bps == pytest.approx(rendition.bitrate_bps, rel=0.12)


def test_workers_change_no_byte(asset: InFolder, long_music: Path, tmp_path: Path) -> None:
    alone = package_into(tmp_path, long_music, workers=1)
    assert alone.objects() == asset.objects()
    assert alone.folder.name == asset.folder.name


def test_a_revision_that_is_there_is_not_made_again(music: Path, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    first = packaged(music, store, playback_id="one")
    segment = tmp_path / first.entry.where.key(layout.segment_name("128k", 0))
    made_at_ns = segment.stat().st_mtime_ns
    second = packaged(music, store, playback_id="two")
    assert second.index == first.index
    assert segment.stat().st_mtime_ns == made_at_ns
    assert sorted(path.stem for path in (tmp_path / "entry").iterdir()) == ["one", "two"]


@pytest.mark.long_if("320k")
@pytest.mark.parametrize(
    "lost", [layout.segment_name("128k", 0), layout.MPD, layout.init_name("320k")]
)
def test_what_the_store_has_lost_is_made_again_while_the_rest_plays(
    music: Path, tmp_path: Path, lost: str
) -> None:
    store = LocalStore(tmp_path)
    first = packaged(music, store, playback_id="one")
    index, there = (tmp_path / first.entry.where.key(name) for name in (layout.INDEX, lost))
    made_at_ns, content = index.stat().st_mtime_ns, there.read_bytes()
    for damage in (there.unlink, lambda: there.write_bytes(b"cut off")):
        damage()
        assert packaged(music, store, playback_id="one") == first
        assert there.read_bytes() == content
    assert index.stat().st_mtime_ns == made_at_ns, "it was there all the time"


def test_an_index_from_elsewhere_is_written_anew(music: Path, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    first = packaged(music, store, playback_id="one")
    index = tmp_path / first.entry.where.key(layout.INDEX)
    index.write_bytes(b"{}")
    assert packaged(music, store, playback_id="one") == first
    assert Index.from_json(index.read_bytes()) == first.index


def test_the_entry_points_at_it(music: Path) -> None:
    store = MemoryStore()
    tagged = packaged(music, store, playback_id="id")
    entry = bytes(store.get(layout.entry_key("id")).bytes())
    assert Entry.from_json(entry) == tagged.entry
    assert json.loads(entry)["duration_s"] == pytest.approx(220_507 / 44_100, abs=1e-6)


def test_tags_and_cover_come_along(tmp_path: Path) -> None:
    source = excerpt(
        tmp_path / "x.flac", "-metadata", "title=Ein Schlächtlein", "-metadata", "artist=Æ"
    )
    tagged = packaged(source, MemoryStore(), playback_id="id")
    assert (tagged.entry.title, tagged.entry.artist) == ("Ein Schlächtlein", "Æ")
    assert tagged.index.tags == {"artist": "Æ", "title": "Ein Schlächtlein"}


def test_the_tune_comes_with_its_cover(tmp_path: Path) -> None:
    source = tmp_path / "tune.wav"
    source.write_bytes(tune_wav())
    tune = package_into(tmp_path / "store", source)
    assert tune.index.tags["title"] == TITLE
    assert [image.name for image in tune.index.artwork] == [
        "artwork-96.jpg",
        "artwork-320.jpg",
        "artwork-1200.jpg",
    ]
    assert all(tune.read(image.name)[:2] == b"\xff\xd8" for image in tune.index.artwork)
    assert tune.index.placeholder


def test_progress_rises_to_the_end(long_music: Path) -> None:
    seen: list[Progress] = []
    packaged(long_music, MemoryStore(), playback_id="id", on_progress=seen.append)
    assert len(seen) == 9
    done = [progress.done_s for progress in seen]
    assert done == sorted(done)
    assert done[-1] == pytest.approx(seen[-1].total_s) == pytest.approx(70.0004, abs=1e-3)


@pytest.mark.long
@pytest.mark.long_if("KeyboardInterrupt")
@pytest.mark.parametrize("reason", [KeyboardInterrupt, RuntimeError])
def test_being_stopped_leaves_nothing(
    reason: type[BaseException], long_music: Path, tmp_path: Path
) -> None:
    def stop(progress: Progress) -> None:
        if progress.done_s > 10:
            raise reason

    with pytest.raises(reason):
        packaged(long_music, LocalStore(tmp_path), playback_id="id", on_progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_two_runs_of_one_source_of_which_the_first_is_stopped(music: Path, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    seconds: list[Packaged] = []

    def stop_after_another(_progress: Progress) -> None:
        seconds.append(packaged(music, store, playback_id="second"))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        packaged(music, store, playback_id="first", on_progress=stop_after_another)
    (second,) = seconds
    for name, stored in second.index.objects().items():
        data = (tmp_path / second.entry.where.key(name)).read_bytes()
        assert hashlib.sha256(data).hexdigest() == stored.sha256
    assert [path.name for path in (tmp_path / "entry").iterdir()] == ["second.json"]


@pytest.mark.long
def test_two_runs_of_one_source_of_which_the_second_is_stopped(music: Path, tmp_path: Path) -> None:
    store = LocalStore(tmp_path)

    def stop(_progress: Progress) -> None:
        raise KeyboardInterrupt

    def start_another(_progress: Progress) -> None:
        with pytest.raises(KeyboardInterrupt):
            packaged(music, store, playback_id="second", on_progress=stop)

    with pytest.raises(StoreFailed, match="Another run took away a part of it"):
        packaged(music, store, playback_id="first", on_progress=start_another)
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_fails_half_way_has_nothing_complete_and_is_gone_on_with(
    music: Path, tmp_path: Path
) -> None:
    made = package_into(tmp_path / "elsewhere", music)
    blocked = tmp_path / "store" / "media" / "asset" / made.folder.name / "320k"
    blocked.parent.mkdir(parents=True)
    blocked.write_text("a file where a folder should be")
    with pytest.raises(StoreFailed, match=r"320k/00000.m4s could not be written"):
        package_into(tmp_path / "store", music)
    there = {path.name for path in (tmp_path / "store").rglob("*")}
    assert not there & {"index.json", "playback.json", "multivariant.m3u8"}
    blocked.unlink()
    assert package_into(tmp_path / "store", music).objects() == made.objects()


@pytest.mark.parametrize(
    "limits", [Limits(duration_s=4), Limits(size_bytes=50_000)], ids=["too long", "too large"]
)
@pytest.mark.parametrize("ending", ["wav", "mp3", "flac"])
def test_limits_hold(limits: Limits, ending: str, music: Path, tmp_path: Path) -> None:
    source = converted(music, tmp_path / f"x.{ending}")
    with pytest.raises(SourceTooLarge):
        package_into(tmp_path / "store", source, limits=limits)
    assert [path for path in (tmp_path / "store").rglob("*") if path.is_file()] == []
