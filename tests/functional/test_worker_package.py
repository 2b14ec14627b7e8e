"""Packaging for a worker: who publishes is decided elsewhere."""

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from obstore.store import LocalStore

from manifests.entry import Entry
from packager.package import Packaged, package
from packager.publishing.publication import Publication
from packager.queue.errors import LeaseLost


@dataclass
class Elsewhere:
    """Takes note of what is to play; a worker that ``lost`` its lease may not say."""

    lost: bool = False
    handed: list[Entry] = field(default_factory=list)
    ended_by: list[BaseException] = field(default_factory=list)

    def provisional(self, entry: Entry) -> None:
        self.handed.append(entry)

    def final(self, entry: Entry) -> None:
        if self.lost:
            raise LeaseLost("job", 1)
        self.handed.append(entry)

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        assert not publication.is_complete_elsewhere()
        self.ended_by.append(error)


def packaged(source: Path, store: Path, publisher: Elsewhere) -> Packaged:
    return package(
        source,
        LocalStore(store, mkdir=True),
        asset_id="asset",
        playback_id="playback",
        created_at="2026-01-02T03:04:05Z",
        publisher=publisher,
    )


def test_entries_are_handed_over_and_not_written(tmp_path: Path, music: Path) -> None:
    publisher = Elsewhere()
    result = packaged(music, tmp_path, publisher)
    provisional, final = publisher.handed
    assert final == result.entry
    assert (provisional.provisional, final.provisional) == (True, False)
    assert provisional.where == final.where
    assert (tmp_path / final.where.key("index.json")).is_file()
    assert not (tmp_path / "entry").exists()


def test_who_may_not_publish_leaves_to_others_what_they_publish(
    tmp_path: Path, music: Path
) -> None:
    losing = Elsewhere(lost=True)
    with pytest.raises(LeaseLost):
        packaged(music, tmp_path, losing)
    assert [type(error) for error in losing.ended_by] == [LeaseLost]
    result = packaged(music, tmp_path, Elsewhere())
    for rendition in result.index.renditions:
        for segment in rendition.segments:
            path = tmp_path / result.entry.where.key(segment.name)
            assert path.stat().st_size == segment.size_bytes
