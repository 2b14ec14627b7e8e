"""`soundbridge gc` on folders: what goes, what stays, and what happens meanwhile."""

import asyncio
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import obstore
import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from obstore.store import LocalStore
from sqlalchemy import update

from manifests import layout
from manifests.entry import Entry
from manifests.layout import Revision
from origin.cli import main
from origin.collecting.collect import find_garbage, remove_garbage, remove_promised
from origin.collecting.errors import CollectionFailed
from origin.collecting.rows import rows
from origin.collecting.surroundings import Surroundings
from origin.database.engine import DatabaseUnusable, open_database
from origin.packaging_job import PackagingJob, Terms, enqueue_packaging
from packager.errors import StoreFailed
from packager.package import Packaged, package
from packager.publishing.garbage import Graces, Reason, Removal, Row
from packager.publishing.publisher import InStore, Publisher
from packager.publishing.storage import Storage
from packager.queue.job import State
from packager.queue.tables import assets, jobs
from tests.sources.audio import excerpt
from tests.sources.published import PublishedAsset, publish

HOUR_S = 3600.0
GRACES = Graces()
NO_JOB = Row(None, has_open_job=False)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "store", mkdir=True, automatic_cleanup=True)


def age(root: Path, hours: float) -> None:
    """Let all that is below a folder be this old."""
    then_s = time.time() - hours * HOUR_S
    for path in root.rglob("*"):
        os.utime(path, (then_s, then_s))


def listed(store: LocalStore, prefix: str = "") -> set[str]:
    pages = obstore.list(store, prefix=prefix or None)
    return {found["path"] for page in pages for found in page}


def reasons(removals: Iterator[Removal]) -> dict[str, Reason]:
    return {removal.folder: removal.reason for removal in removals}


def superseded(store: LocalStore, root: Path) -> PublishedAsset:
    """Publish an asset anew: its old revision is complete, and played by nothing."""
    asset = publish(store)
    old, new = asset.entry.where, Revision(asset.entry.asset_id, "r2")
    shutil.copytree(root / old.prefix, root / new.prefix)
    obstore.put(
        store,
        layout.entry_key(asset.entry.playback_id),
        replace(asset.entry, revision=new.revision).to_json(),
    )
    return asset


def test_a_superseded_revision_goes_and_the_played_one_stays_whole(
    store: LocalStore, tmp_path: Path
) -> None:
    asset = superseded(store, tmp_path / "store")
    other = publish(store, "other-song")
    age(tmp_path / "store", hours=25)
    before = listed(store)
    old = {key for key in before if key.startswith(f"{asset.entry.where.prefix}/")}

    assert reasons(find_garbage(Surroundings(store), GRACES)) == {
        asset.entry.where.prefix: Reason.SUPERSEDED
    }
    assert listed(store) == before
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {
        asset.entry.where.prefix: Reason.SUPERSEDED
    }
    assert listed(store) == before - old
    assert not (tmp_path / "store" / asset.entry.where.prefix).exists()
    assert (tmp_path / "store" / other.entry.where.key(layout.INDEX)).is_file()
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {}


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
    before = listed(store)
    assert reasons(remove_garbage(Surroundings(store, clock=clock), GRACES)) == {}
    assert listed(store) == before


def test_a_revision_that_another_playback_id_takes_up_meanwhile_stays(
    store: LocalStore, tmp_path: Path
) -> None:
    asset = superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    entry = replace(asset.entry, playback_id="again")
    clock = Meanwhile(lambda: obstore.put(store, layout.entry_key("again"), entry.to_json()))
    assert reasons(remove_garbage(Surroundings(store, clock=clock), GRACES)) == {}
    assert listed(store, asset.entry.where.prefix)


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
    before, content = listed(store), index.read_bytes()
    around = Surroundings(store, once_judged(lambda: obstore.put(store, key, entry)))
    assert reasons(remove_garbage(around, GRACES)) == {}
    assert listed(store) == {*before, key}
    assert index.read_bytes() == content


@pytest.mark.parametrize("row", [Row(None, has_open_job=True), Row("r1", has_open_job=False)])
def test_a_revision_that_the_database_wants_once_it_is_judged_stays_whole(
    store: LocalStore, tmp_path: Path, row: Row
) -> None:
    superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    before = listed(store)
    around = Surroundings(store, once_judged(lambda: None, then=row))
    assert reasons(remove_garbage(around, GRACES)) == {}
    assert listed(store) == before


def test_a_collection_that_ends_early_leaves_every_index(store: LocalStore, tmp_path: Path) -> None:
    superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    before = listed(store)
    strange = layout.entry_key("strange")
    around = Surroundings(store, once_judged(lambda: obstore.put(store, strange, b"{")))
    with pytest.raises(CollectionFailed, match="cannot be understood"):
        list(remove_garbage(around, GRACES))
    assert listed(store) == {*before, strange}


def test_abandoned_work_that_goes_on_meanwhile_stays(store: LocalStore, tmp_path: Path) -> None:
    where = Revision("a", "r1")
    obstore.put(store, where.key(layout.segment_name("128k", 0)), b"sound")
    age(tmp_path / "store", hours=25)
    following = where.key(layout.segment_name("128k", 1))
    clock = Meanwhile(lambda: obstore.put(store, following, b"more"))
    assert reasons(remove_garbage(Surroundings(store, clock=clock), GRACES)) == {}
    assert len(listed(store)) == 2


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
    assert listed(store) == set()


@pytest.mark.parametrize("content", [b"", b"{", b'{"schema":"of the year 2030"}', b" " * 70_000])
def test_nothing_goes_while_an_entry_cannot_be_understood(
    store: LocalStore, tmp_path: Path, content: bytes
) -> None:
    superseded(store, tmp_path / "store")
    obstore.put(store, "entry/strange.json", content)
    age(tmp_path / "store", hours=25)
    before = listed(store)
    for walk in (find_garbage, remove_garbage):
        with pytest.raises(CollectionFailed, match=r"entry/strange\.json cannot be understood"):
            list(walk(Surroundings(store), GRACES))
    assert listed(store) == before


def queue(state: Path, asset_id: str) -> None:
    enqueue_packaging(
        state,
        None,
        PackagingJob("song.wav", asset_id, f"{asset_id}-plays", "2026-01-02T03:04:05Z"),
        Terms("local", 0, None),
        job_id=f"job-of-{asset_id}",
        now_s=time.time(),
    )


def end_jobs(state: Path, how: State = State.SUCCEEDED, *, hours_ago: float = 99) -> None:
    ended = {"state": how, "finished_s": time.time() - hours_ago * HOUR_S}

    async def run() -> None:
        async with open_database(state, None) as database, database.begin() as connection:
            await connection.execute(update(jobs).values(**ended))

    asyncio.run(run())


def test_what_a_job_waits_for_stays_until_it_has_ended(store: LocalStore, tmp_path: Path) -> None:
    state = tmp_path / "state"
    for asset_id in ("song", "so_g"):
        obstore.put(store, f"sources/{asset_id}/upload/song.wav", b"RIFF")
    obstore.put(store, Revision("song", "r1").key(layout.segment_name("128k", 0)), b"sound")
    age(tmp_path / "store", hours=25)
    queue(state, "so_g")
    end_jobs(state)
    queue(state, "song")
    with rows(state, None) as row_of:
        around = Surroundings(store, row_of)
        assert reasons(remove_garbage(around, GRACES)) == {"sources/so_g": Reason.DONE}
        assert reasons(find_garbage(Surroundings(store), GRACES)) == {
            "media/song/r1": Reason.ABANDONED
        }
        end_jobs(state, hours_ago=23)
        assert reasons(remove_garbage(around, GRACES)) == {"media/song/r1": Reason.ABANDONED}
        end_jobs(state, State.PARKED, hours_ago=25)
        assert reasons(remove_garbage(around, GRACES)) == {}
        age(tmp_path / "store", hours=31 * 24)
        end_jobs(state, State.PARKED, hours_ago=31 * 24)
        assert reasons(remove_garbage(around, GRACES)) == {"sources/song": Reason.GIVEN_UP}
    assert listed(store) == set()


def test_a_database_that_has_never_heard_of_an_asset_condemns_no_source(
    store: LocalStore, tmp_path: Path
) -> None:
    obstore.put(store, "sources/song/upload/song.wav", b"RIFF")
    age(tmp_path / "store", hours=999)
    queue(tmp_path / "the-right-one", "song")
    queue(tmp_path / "the-wrong-one", "other")
    for state in (tmp_path / "the-right-one", tmp_path / "the-wrong-one"):
        with rows(state, None) as row_of:
            assert reasons(remove_garbage(Surroundings(store, row_of), GRACES)) == {}
    assert listed(store) == {"sources/song/upload/song.wav"}


def announce(state: Path, entry: Entry | None) -> None:
    """Let the row of an asset say this, as workers do; the revision stays after a withdrawal."""

    async def run() -> None:
        async with open_database(state, None) as database, database.begin() as connection:
            said = {} if entry is None else {"revision": entry.revision}
            text = None if entry is None else entry.to_json().decode()
            await connection.execute(update(assets).values(entry=text, **said))

    asyncio.run(run())


def test_what_a_row_plays_or_announces_stays_until_it_is_withdrawn(
    store: LocalStore, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    asset = publish(store)
    obstore.delete(store, layout.entry_key(asset.entry.playback_id))  # the store is behind
    queue(state, asset.entry.asset_id)
    end_jobs(state)
    age(tmp_path / "store", hours=25)
    with rows(state, None) as row_of:
        around = Surroundings(store, row_of)
        for entry in (asset.entry, replace(asset.entry, provisional=True)):
            announce(state, entry)
            assert reasons(find_garbage(around, GRACES)) == {}
        announce(state, None)
        assert reasons(remove_garbage(around, GRACES)) == {
            asset.entry.where.prefix: Reason.SUPERSEDED
        }
    assert listed(store) == set()


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
    assert listed(store, "growing") == set()
    age(tmp_path / "store", hours=25)
    assert reasons(remove_garbage(Surroundings(store), GRACES)) == {
        first.entry.where.prefix: Reason.SUPERSEDED
    }
    there = {second.entry.where.key(name) for name in second.index.objects()}
    index_key = second.entry.where.key(layout.INDEX)
    assert listed(store) == {*there, index_key, layout.entry_key("plays")}


class CollectedMeanwhile(InStore):
    """Publishes when garbage has just been collected."""

    def __init__(self, storage: Storage, store: LocalStore) -> None:
        super().__init__(storage, "plays")
        self._collected = store

    def final(self, entry: Entry) -> None:
        list(remove_garbage(Surroundings(self._collected), GRACES))
        super().final(entry)


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
    assert listed(store) == {*there, layout.entry_key("plays")}
    entry = bytes(obstore.get(store, layout.entry_key("plays")).bytes())
    assert Entry.from_json(entry) == second.entry


def test_promises_look_at_nothing_but_what_grew(store: LocalStore, tmp_path: Path) -> None:
    superseded(store, tmp_path / "store")
    obstore.put(store, "media/killed/r1/128k/00000.m4s", b"sound")
    for key in (layout.entry_key("strange"), Revision("young", "r1").growing_key(layout.WITHDRAWN)):
        obstore.put(store, key, b"{")
    age(tmp_path / "store", hours=0.5)
    before = listed(store)
    assert reasons(remove_promised(Surroundings(store))) == {}
    age(tmp_path / "store", hours=25)
    with pytest.raises(CollectionFailed, match="cannot be understood"):
        list(remove_promised(Surroundings(store)))
    obstore.delete(store, layout.entry_key("strange"))
    assert reasons(remove_promised(Surroundings(store))) == {"media/young/r1": Reason.WITHDRAWN}
    gone = {layout.entry_key("strange"), Revision("young", "r1").growing_key(layout.WITHDRAWN)}
    assert listed(store) == before - gone


def test_a_state_folder_without_a_database_is_not_an_empty_queue(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="There is no"), rows(tmp_path, None):
        pass
    assert list(tmp_path.iterdir()) == []


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
    before = listed(store)

    announced = list(find_garbage(Surroundings(store), GRACES))
    assert listed(store) == before
    removed = list(remove_garbage(Surroundings(store), GRACES))
    assert sorted(removed, key=repr) == sorted(announced, key=repr)
    gone = {each.key for removal in removed for each in removal.objects}
    after = listed(store)
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


def gc(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["gc", *map(str, arguments)])


def test_the_command_lists_first_and_removes_when_told(store: LocalStore, tmp_path: Path) -> None:
    root = tmp_path / "store"
    asset = superseded(store, root)
    age(root, hours=3)
    assert gc(root).stdout == "There is nothing to remove.\n"
    said = gc(root, "--grace", "2").stdout
    assert f"{asset.entry.where.prefix}  superseded: " in said
    assert "Remove them with --delete." in said
    assert (root / asset.entry.where.prefix).is_dir()
    done = gc(root, "--grace", "2", "--delete", "--json")
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["deleted"]
    assert document["complete"]
    assert [each["reason"] for each in document["removals"]] == ["superseded"]
    assert document["size_bytes"] == document["removals"][0]["size_bytes"] > 0
    assert not (root / asset.entry.where.prefix).exists()


def test_nothing_but_the_command_line_can_ask_for_a_removal(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    superseded(store, tmp_path / "store")
    age(tmp_path / "store", hours=25)
    before = listed(store)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOUNDBRIDGE_DELETE", "1")
    assert "Remove them with --delete." in gc(tmp_path / "store").stdout
    (tmp_path / "soundbridge.toml").write_text("delete = true\n")
    assert "no option called delete" in gc(tmp_path / "store").stderr
    assert listed(store) == before


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_went_before_a_failure_is_told(
    store: LocalStore, tmp_path: Path, form: tuple[str, ...]
) -> None:
    unfinished = tmp_path / "store" / "media" / "a" / "00000.m4s#1"
    unfinished.parent.mkdir(parents=True)
    unfinished.write_bytes(b"half")
    obstore.put(store, layout.entry_key("strange"), b"{")
    age(tmp_path / "store", hours=25)
    done = gc(tmp_path / "store", "--delete", *form)
    assert done.exit_code == 1
    assert not unfinished.exists()
    assert "No database was asked." in done.stderr
    assert "strange.json cannot be understood" in done.stderr
    if form:
        document = json.loads(done.stdout)
        assert (document["complete"], document["objects"]) == (False, 1)
    else:
        assert done.stdout.splitlines()[-1].startswith("Removed 1 objects in 1 folders")


def test_what_the_command_refuses_is_a_sentence(store: LocalStore, tmp_path: Path) -> None:
    del store
    for arguments, status, said in (
        ((tmp_path / "missing",), 2, "There is no folder"),
        ((tmp_path / "store", "--grace", "0"), 2, "0.25"),
        ((tmp_path / "store", "--abandoned", "0.1"), 2, "0.25"),
        ((tmp_path / "store", "--state", tmp_path), 1, "There is no soundbridge.sqlite3"),
        ((tmp_path / "store", "--database", "mysql://x"), 1, "is not a database we know"),
    ):
        done = gc(*arguments)
        assert done.exit_code == status
        assert said in done.stderr
