"""`soundbridge gc` on stores that others write to: what happens meanwhile is taken into account."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore

from manifests import layout
from manifests.entry import Entry
from manifests.layout import Revision
from origin.collecting.collect import remove_garbage
from origin.collecting.errors import CollectionFailed
from origin.collecting.surroundings import Surroundings
from packager.errors import StoreFailed
from packager.package import Packaged, package
from packager.publishing.garbage import Row
from packager.publishing.publisher import InStore, Publisher
from packager.publishing.storage import Storage
from tests.functional.collecting import GRACES, age, reasons, superseded
from tests.functional.looking import keys
from tests.sources.audio import excerpt

NO_JOB = Row(None, has_open_job=False)


class Meanwhile:
    """The time of day, which something happens at after an asset was found to have garbage."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self._happens = happens
        self._is_due = True

    def __call__(self) -> float:
        if self._is_due:
            self._is_due = False
            self._happens()
        return time.time()


def test_a_revision_that_is_published_again_meanwhile_stays(
    store: LocalStore, tmp_path: Path
) -> None:
    asset = superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    key = layout.entry_key(asset.entry.playback_id)
    clock = Meanwhile(lambda: obstore.put(store, key, asset.entry.to_json()))
    before = keys(store)
    assert reasons(remove_garbage(Surroundings(store, clock=clock), GRACES)) == {}
    assert keys(store) == before


def test_a_revision_that_another_playback_id_takes_up_meanwhile_stays(
    store: LocalStore, tmp_path: Path
) -> None:
    asset = superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    entry = replace(asset.entry, playback_id="again")
    clock = Meanwhile(lambda: obstore.put(store, layout.entry_key("again"), entry.to_json()))
    assert reasons(remove_garbage(Surroundings(store, clock=clock), GRACES)) == {}
    assert keys(store, asset.entry.where.prefix)


def once_judged(happens: Callable[[], object], then: Row = NO_JOB) -> Callable[[str], Row]:
    """A database that is asked while an asset is judged, when its entries have been read."""
    judged = iter((False, True))

    def row_of(_asset_id: str) -> Row:
        # It is asked when garbage is found, when it is judged, and when its index has gone.
        match next(judged, None):
            case True:
                happens()
            case None:
                return then
        return NO_JOB

    return row_of


def test_a_revision_that_an_entry_points_at_once_it_is_judged_stays_whole(
    store: LocalStore, tmp_path: Path
) -> None:
    asset = superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    key = layout.entry_key("again")
    entry = replace(asset.entry, playback_id="again").to_json()
    index = tmp_path / "store" / asset.entry.where.key(layout.INDEX)
    before, content = keys(store), index.read_bytes()
    around = Surroundings(store, once_judged(lambda: obstore.put(store, key, entry)))
    assert reasons(remove_garbage(around, GRACES)) == {}
    assert keys(store) == {*before, key}
    assert index.read_bytes() == content


@pytest.mark.parametrize("row", [Row(None, has_open_job=True), Row("r1", has_open_job=False)])
def test_a_revision_that_the_database_wants_once_it_is_judged_stays_whole(
    store: LocalStore, tmp_path: Path, row: Row
) -> None:
    superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    before = keys(store)
    around = Surroundings(store, once_judged(lambda: None, then=row))
    assert reasons(remove_garbage(around, GRACES)) == {}
    assert keys(store) == before


def test_a_collection_that_ends_early_leaves_every_index(store: LocalStore, tmp_path: Path) -> None:
    superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    before = keys(store)
    strange = layout.entry_key("strange")
    around = Surroundings(store, once_judged(lambda: obstore.put(store, strange, b"{")))
    with pytest.raises(CollectionFailed, match="cannot be understood"):
        list(remove_garbage(around, GRACES))
    assert keys(store) == {*before, strange}


def test_abandoned_work_that_goes_on_meanwhile_stays(store: LocalStore, tmp_path: Path) -> None:
    where = Revision("a", "r1")
    obstore.put(store, where.key(layout.segment_name("128k", 0)), b"sound")
    age(tmp_path / "store", hours=25)
    following = where.key(layout.segment_name("128k", 1))
    clock = Meanwhile(lambda: obstore.put(store, following, b"more"))
    assert reasons(remove_garbage(Surroundings(store, clock=clock), GRACES)) == {}
    assert len(keys(store)) == 2


class CollectedMeanwhile(InStore):
    """Publishes when garbage has just been collected."""

    def __init__(self, storage: Storage, store: LocalStore) -> None:
        super().__init__(storage, "plays")
        self._collected = store

    def final(self, entry: Entry) -> None:
        list(remove_garbage(Surroundings(self._collected), GRACES))
        super().final(entry)


@pytest.mark.long
def test_a_revision_that_goes_while_it_is_published_again_is_not_played(
    store: LocalStore, tmp_path: Path
) -> None:
    def packaged(samples: int, publisher: Publisher | None = None) -> Packaged:
        return package(
            excerpt(tmp_path / f"{samples}.wav", samples=samples),
            store,
            asset_id="song",
            playback_id="plays",
            created_at="2026-01-02T03:04:05Z",
            publisher=publisher,
        )

    packaged(90_001)
    second = packaged(100_003)
    age(tmp_path / "store", hours=2)
    list(remove_garbage(Surroundings(store), GRACES))
    age(tmp_path / "store", hours=25)
    with Storage(store) as storage, pytest.raises(StoreFailed, match="just been removed"):
        packaged(90_001, CollectedMeanwhile(storage, store))
    there = {second.entry.where.key(name) for name in (layout.INDEX, *second.index.objects())}
    assert keys(store) == {*there, layout.entry_key("plays")}
    entry = bytes(obstore.get(store, layout.entry_key("plays")).bytes())
    assert Entry.from_json(entry) == second.entry
