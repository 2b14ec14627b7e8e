"""`soundbridge gc` and revisions: which are garbage, and after how long."""

from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore

from manifests import layout
from manifests.entry import Entry
from manifests.layout import Revision
from origin.collecting.collect import find_garbage, remove_garbage, remove_promised
from origin.collecting.errors import CollectionFailed
from origin.collecting.surroundings import Surroundings
from packager.package import package
from packager.publishing.garbage import Reason
from tests.functional.collecting import GRACES, age, reasons, superseded
from tests.functional.looking import keys
from tests.sources.audio import excerpt
from tests.sources.published import publish


def test_a_superseded_revision_goes_and_the_played_one_stays_whole(
    store: LocalStore, tmp_path: Path
) -> None:
    asset = superseded(store, tmp_path / "store")
    other = publish(store, "other-song")
    age(tmp_path / "store", hours=25)
    before = keys(store)
    old = {key for key in before if key.startswith(f"{asset.entry.where.prefix}/")}

    assert reasons(find_garbage(Surroundings(store), GRACES)) == {
        asset.entry.where.prefix: Reason.SUPERSEDED
    }
    assert keys(store) == before
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {
        asset.entry.where.prefix: Reason.SUPERSEDED
    }
    assert keys(store) == before - old
    assert not (tmp_path / "store" / asset.entry.where.prefix).exists()
    assert (tmp_path / "store" / other.entry.where.key(layout.INDEX)).is_file()
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {}


def provisional(playback_id: str, where: Revision) -> bytes:
    at = "2026-01-02T03:04:05Z"
    entry = Entry(playback_id, where.asset_id, where.revision, at, 0.0, provisional=True)
    return entry.to_json()


def test_abandoned_work_goes_with_the_entry_that_points_at_it(
    store: LocalStore, tmp_path: Path
) -> None:
    where = Revision("a", "r1")
    obstore.put(store, where.key(layout.segment_name("128k", 0)), b"sound")
    obstore.put(store, where.growing_key(layout.MULTIVARIANT), b"#EXTM3U\n")
    obstore.put(store, layout.entry_key("song"), provisional("song", where))
    age(tmp_path / "store", hours=23)
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {}
    age(tmp_path / "store", hours=25)
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {where.prefix: Reason.ABANDONED}
    assert list((tmp_path / "store").rglob("*")) == []


def test_a_withdrawn_revision_goes_after_an_hour(store: LocalStore, tmp_path: Path) -> None:
    where = Revision("a", "r1")
    obstore.put(store, where.key(layout.segment_name("128k", 0)), b"sound")
    age(tmp_path / "store", hours=3)
    obstore.put(store, where.growing_key(layout.WITHDRAWN), b"{}")
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {}
    age(tmp_path / "store", hours=2)
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {where.prefix: Reason.WITHDRAWN}
    assert keys(store) == set()


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema":"of the year 2030"}', b" " * 70_000])
def test_nothing_goes_while_an_entry_cannot_be_understood(
    store: LocalStore, tmp_path: Path, content: bytes
) -> None:
    superseded(store, tmp_path / "store")
    obstore.put(store, "entry/strange.json", content)
    age(tmp_path / "store", hours=25)
    before = keys(store)
    for walk in (find_garbage, remove_garbage):
        with pytest.raises(CollectionFailed, match=r"entry/strange\.json cannot be understood"):
            list(walk(Surroundings(store), GRACES))
    assert keys(store) == before


def test_a_real_revision_stays_whole_while_what_it_grew_from_goes(
    store: LocalStore, tmp_path: Path
) -> None:
    first, second = (
        package(
            excerpt(tmp_path / f"{samples}.wav", samples=samples),
            store,
            asset_id="song",
            playback_id="plays",
            created_at="2026-01-02T03:04:05Z",
        )
        for samples in (90_001, 100_003)
    )
    age(tmp_path / "store", hours=2)
    gone = list(remove_garbage(Surroundings(store), GRACES))
    assert {removal.reason for removal in gone} == {Reason.GROWN}
    assert keys(store, "growing") == set()
    age(tmp_path / "store", hours=25)
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {
        first.entry.where.prefix: Reason.SUPERSEDED
    }
    there = {second.entry.where.key(name) for name in second.index.objects()}
    index_key = second.entry.where.key(layout.INDEX)
    assert keys(store) == {*there, index_key, layout.entry_key("plays")}


def test_promises_look_at_nothing_but_what_grew(store: LocalStore, tmp_path: Path) -> None:
    superseded(store, tmp_path / "store")
    obstore.put(store, "media/killed/r1/128k/00000.m4s", b"sound")
    for key in (layout.entry_key("strange"), Revision("young", "r1").growing_key(layout.WITHDRAWN)):
        obstore.put(store, key, b"{")
    age(tmp_path / "store", hours=0.5)
    before = keys(store)
    assert reasons(remove_promised(Surroundings(store))) == {}
    age(tmp_path / "store", hours=25)
    with pytest.raises(CollectionFailed, match="cannot be understood"):
        list(remove_promised(Surroundings(store)))
    obstore.delete(store, layout.entry_key("strange"))
    assert reasons(remove_promised(Surroundings(store))) == {"media/young/r1": Reason.WITHDRAWN}
    gone = {layout.entry_key("strange"), Revision("young", "r1").growing_key(layout.WITHDRAWN)}
    assert keys(store) == before - gone
