"""`soundbridge gc` on whatever a store may hold: leftovers of writers, and objects at random."""

import os
import time
from dataclasses import replace
from pathlib import Path

import obstore
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from obstore.store import LocalStore

from manifests import layout
from manifests.entry import Entry
from manifests.layout import Revision
from origin.collecting.collect import find_garbage, remove_garbage
from origin.collecting.surroundings import Surroundings
from packager.publishing.garbage import Reason
from tests.functional.collecting import GRACES, HOUR_S, age, reasons
from tests.functional.looking import keys


@pytest.mark.parametrize("prefix", ["media/a/r1/128k", "growing/a/r1", "sources/a", "entry"])
def test_what_a_killed_writer_left_beside_an_object_goes(
    store: LocalStore, tmp_path: Path, prefix: str
) -> None:
    folder = tmp_path / "store" / prefix
    folder.mkdir(parents=True)
    unfinished = folder / "00000.m4s#1"
    others = [tmp_path / "store" / name for name in ("notes.txt#1", "sources/b/a#b")]
    for path in (unfinished, *others):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"half")
    age(tmp_path / "store", hours=23)
    assert not list(remove_garbage(Surroundings(store), GRACES))
    age(tmp_path / "store", hours=25)
    key = f"{prefix}/00000.m4s#1"
    assert reasons(find_garbage(Surroundings(store), GRACES)) == {key: Reason.ABANDONED}
    assert unfinished.exists()
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {key: Reason.ABANDONED}
    assert not unfinished.exists()
    assert all(path.exists() for path in others)


NAMES = (
    "media/{}/index.json",
    "media/{}/128k/00000.m4s",
    "growing/{}/multivariant.m3u8",
    "growing/{}/withdrawn.json",
)
WHERE = st.builds(Revision, st.sampled_from(("a", "b")), st.sampled_from(("r1", "r2", "r3")))
OBJECTS = st.tuples(st.sampled_from(NAMES), WHERE).map(
    lambda found: found[0].format(f"{found[1].asset_id}/{found[1].revision}")
) | st.sampled_from(("sources/a/u/song.wav", "sources/b/u/song.wav", "media/other", "notes.txt"))
ENTRIES = st.dictionaries(
    st.sampled_from(("one", "two", "three")), st.tuples(WHERE, st.booleans()), max_size=3
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_random_stores_keep_all_that_is_reached(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = tmp_path_factory.mktemp("random")
    store = LocalStore(root, automatic_cleanup=True)
    entries = data.draw(ENTRIES)
    contents = dict.fromkeys(data.draw(st.sets(OBJECTS, max_size=20)), b"1234")
    for playback_id, (where, is_provisional) in entries.items():
        entry = Entry(playback_id, where.asset_id, where.revision, "now", 1.0)
        key = layout.entry_key(playback_id)
        contents[key] = replace(entry, provisional=is_provisional).to_json()
    for key, content in contents.items():
        obstore.put(store, key, content)
        then_s = time.time() - HOUR_S * data.draw(st.sampled_from((0, 0.5, 2, 23, 25, 80)))
        os.utime(root / key, (then_s, then_s))
    before = keys(store)

    announced = list(find_garbage(Surroundings(store), GRACES))
    assert keys(store) == before
    removed = list(remove_garbage(Surroundings(store), GRACES))
    assert sorted(removed, key=repr) == sorted(announced, key=repr)
    gone = {each.key for removal in removed for each in removal.objects}
    after = keys(store)
    assert after == before - gone
    for playback_id, (where, is_provisional) in entries.items():
        assert is_provisional or layout.entry_key(playback_id) in after
        if layout.entry_key(playback_id) in after:
            assert not any(key.startswith(f"{where.prefix}/") for key in gone)
    assert {"media/other", "notes.txt"} & before <= after
    # What only an abandoned entry stood in the way of goes in the second round, then nothing.
    second = list(remove_garbage(Surroundings(store), GRACES))
    assert {removal.reason for removal in second} <= {Reason.SUPERSEDED}
    assert list(remove_garbage(Surroundings(store), GRACES)) == []
