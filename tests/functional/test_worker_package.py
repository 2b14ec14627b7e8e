"""Packaging for a worker: who publishes is decided elsewhere."""

from pathlib import Path

import pytest
from obstore.store import LocalStore

from manifests.entry import Entry
from packager.package import Packaged, package
from packager.queue.errors import LeaseLost


def packaged(source: Path, store: Path, publish: object) -> Packaged:
    assert callable(publish)
    return package(
        source,
        LocalStore(store, mkdir=True),
        asset_id="asset",
        playback_id="playback",
        created_at="2026-01-02T03:04:05Z",
        publish=publish,
    )


def test_the_entry_is_handed_over_and_not_written(tmp_path: Path, music: Path) -> None:
    handed: list[Entry] = []
    result = packaged(music, tmp_path, handed.append)
    assert handed == [result.entry]
    assert (tmp_path / result.entry.where.key("index.json")).is_file()
    assert not (tmp_path / "entry").exists()


def test_who_may_not_publish_leaves_to_others_what_they_publish(
    tmp_path: Path, music: Path
) -> None:
    def refuse(_: Entry) -> None:
        raise LeaseLost("job", 1)

    with pytest.raises(LeaseLost):
        packaged(music, tmp_path, refuse)
    handed: list[Entry] = []
    index = packaged(music, tmp_path, handed.append).index
    where = handed[0].where
    for rendition in index.renditions:
        for segment in rendition.segments:
            assert (tmp_path / where.key(segment.name)).stat().st_size == segment.size_bytes
