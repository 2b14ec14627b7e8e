import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from obstore.store import LocalStore, MemoryStore

from manifests import layout
from manifests.entry import Entry
from manifests.index import StoredObject
from packager.errors import CorruptSource, PackagingError, ReaderLost, RevisionGone, StoreFailed
from packager.publishing.growing import GrowingPlaylists
from packager.publishing.publication import Publication
from packager.publishing.publisher import InStore
from packager.publishing.recorded import recorded_chunks
from packager.publishing.storage import Storage
from packager.publishing.withdrawal import GRACE, Withdrawal, clear
from tests.sources.growing import PLAN, WHERE, encoded, index_of, writers

ENTRY_KEY = layout.entry_key("id")
PROVISIONAL = Entry("id", "asset", "revision", "2026-01-02T03:04:05Z", 9.5, "T", provisional=True)
FINAL = Entry("id", "asset", "revision", "2026-01-02T03:04:05Z", 9.5, "T")
BEFORE = Entry("id", "asset", "before", "2025-01-02T03:04:05Z", 3.5, "T")
INDEX = index_of(())


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LocalStore | MemoryStore:
    return MemoryStore() if request.param == "memory" else LocalStore(tmp_path)


@pytest.fixture
def storage(store: LocalStore | MemoryStore) -> Iterator[Storage]:
    with Storage(store) as storage:
        yield storage


def begun(storage: Storage) -> tuple[Publication, InStore]:
    """A run that has stored its first chunk, and plays."""
    publication, publisher = Publication(storage, WHERE), InStore(storage, "id")
    rungs = writers(publication)
    playlists = GrowingPlaylists(
        PLAN, rungs, publication, lambda: publisher.provisional(PROVISIONAL)
    )
    for writer in rungs:
        writer.write(encoded(writer.rung, 0))
    playlists.advance()
    return publication, publisher


def entry_in(storage: Storage) -> Entry | None:
    data = storage.read(ENTRY_KEY)
    return None if data is None else Entry.from_json(data)


def changed(storage: Storage) -> datetime:
    """When the entry was changed, as it says."""
    entry = entry_in(storage)
    assert entry is not None
    assert entry.changed is not None
    return entry.changed


def test_what_is_put_is_described(storage: Storage) -> None:
    (stored,) = Publication(storage, WHERE).put_all({"128k/init.mp4": b"init"})
    assert stored == StoredObject("128k/init.mp4", 4, hashlib.sha256(b"init").hexdigest())
    assert storage.read(WHERE.key("128k/init.mp4")) == b"init"


def test_what_is_listed_is_never_written_over(storage: Storage) -> None:
    begun(storage)
    before = storage.read(WHERE.key("320k/00000.m4s"))
    (another, *_) = writers(Publication(storage, WHERE))
    chunk = encoded(another.rung, 0)
    another.write(chunk)
    with pytest.raises(StoreFailed, match=r"128k/00000\.m4s, which may be in use"):
        another.write(replace(chunk, units=tuple(unit + b"!" for unit in chunk.units)))
    assert storage.read(WHERE.key("320k/00000.m4s")) == before


def test_what_an_index_lists_is_never_written_over(storage: Storage) -> None:
    publication = Publication(storage, WHERE)
    documents = publication.put_all({"waveform.json": b"{}"})
    publication.complete(replace(INDEX, documents=documents))
    assert publication.put_all({"waveform.json": b"{}"}) == documents
    with pytest.raises(StoreFailed, match=r"waveform\.json, which may be in use"):
        publication.put_all({"waveform.json": b"{ }"})
    with pytest.raises(StoreFailed, match="something else in its place"):
        publication.complete(INDEX)


def test_what_nothing_lists_gives_way(storage: Storage) -> None:
    storage.put(WHERE.key("128k/00000.m4s"), b"left by somebody")
    Publication(storage, WHERE).put_all({"128k/00000.m4s": b"ours"})
    assert storage.read(WHERE.key("128k/00000.m4s")) == b"ours"


def test_a_revision_is_there_once_its_index_is(storage: Storage) -> None:
    publication = Publication(storage, WHERE)
    assert publication.existing_index() is None
    storage.put(WHERE.key(layout.INDEX), b"{}")
    assert publication.existing_index() is None
    publication.complete(INDEX)
    assert publication.existing_index() == INDEX


def test_what_another_run_took_away_is_missed(storage: Storage) -> None:
    publication, _ = begun(storage)
    storage.delete_all([WHERE.key("320k/00000.m4s")])
    with pytest.raises(StoreFailed, match="Another run took away a part of it"):
        publication.complete(INDEX)


@pytest.mark.parametrize("reason", [KeyboardInterrupt, RevisionGone, RuntimeError])
def test_whatever_else_ends_it_leaves_nothing(
    storage: Storage, reason: type[BaseException]
) -> None:
    storage.put("media/other/x", b"stays")
    publication, publisher = begun(storage)
    error = reason()
    publisher.gave_up(publication, error)
    assert set(storage.sizes_bytes("")) == {"media/other/x"}
    said = () if reason is RevisionGone else ("What it had stored was taken away again.",)
    assert tuple(getattr(error, "__notes__", ())) == said


@pytest.mark.parametrize("reason", [StoreFailed, ReaderLost])
def test_where_the_surroundings_failed_the_next_run_can_go_on(
    storage: Storage, reason: type[PackagingError]
) -> None:
    publication, publisher = begun(storage)
    there = storage.sizes_bytes("")
    error = reason("down")
    publisher.gave_up(publication, error)
    assert storage.sizes_bytes("") == there
    assert "again with --asset-id asset --playback-id id." in error.__notes__[0]
    assert recorded_chunks(storage, WHERE, PLAN.ladder)["320k"]


def test_what_could_not_be_taken_away_is_said(tmp_path: Path) -> None:
    with Storage(LocalStore(tmp_path)) as storage:
        publication, publisher = begun(storage)
        entry = tmp_path / ENTRY_KEY
        entry.unlink()
        entry.symlink_to(entry)
        error = KeyboardInterrupt()
        publisher.gave_up(publication, error)
    assert "Not all that it stored could be taken away" in error.__notes__[0]


def test_a_run_that_goes_on_began_when_the_first_one_did(storage: Storage) -> None:
    begun(storage)
    publisher = InStore(storage, "id")
    assert publisher.began_at(WHERE, "2027") == PROVISIONAL.created_at
    assert publisher.began_at(BEFORE.where, "2027") == "2027"


def test_a_bad_source_that_did_not_play_leaves_nothing(storage: Storage) -> None:
    publication, publisher = Publication(storage, WHERE), InStore(storage, "id")
    publication.put_all({"128k/00000.m4s": b"1"})
    publisher.gave_up(publication, CorruptSource("It ends in the middle."))
    assert storage.sizes_bytes("") == {}


def test_a_bad_source_that_played_goes_later(storage: Storage) -> None:
    publication, publisher = begun(storage)
    there = set(storage.sizes_bytes(""))
    error = CorruptSource("It ends in the middle.")
    publisher.gave_up(publication, error)
    mark = WHERE.growing_key(layout.WITHDRAWN)
    assert set(storage.sizes_bytes("")) == (there - {ENTRY_KEY}) | {mark}
    for rung in ("128k", "320k"):
        playlist = storage.read(WHERE.growing_key(layout.playlist_name(rung)))
        assert playlist is not None
        assert playlist.count(b"#EXT-X-ENDLIST\n") == 1
    withdrawal = Withdrawal.from_json(storage.read(mark) or b"")
    assert error.__notes__ == [f"It played already. {withdrawal.sentence}"]
    publisher.gave_up(publication, error)
    clear(storage, WHERE)
    assert storage.read(mark) is None


def test_a_bad_source_that_played_in_an_earlier_run_goes_later(storage: Storage) -> None:
    begun(storage)
    InStore(storage, "id").gave_up(Publication(storage, WHERE), CorruptSource("It ends."))
    assert storage.read(ENTRY_KEY) is None
    assert storage.read(WHERE.growing_key(layout.WITHDRAWN)) is not None


def test_what_plays_completely_is_not_replaced_by_what_grows(storage: Storage) -> None:
    storage.put(ENTRY_KEY, BEFORE.to_json())
    publication, publisher = begun(storage)
    assert entry_in(storage) == BEFORE
    publisher.gave_up(publication, CorruptSource("It ends in the middle."))
    assert set(storage.sizes_bytes("")) == {ENTRY_KEY}


def test_an_entry_that_was_there_comes_back(storage: Storage) -> None:
    storage.put(ENTRY_KEY, BEFORE.to_json())
    publication, publisher = begun(storage)
    publication.complete(INDEX)
    publisher.final(FINAL)
    assert entry_in(storage) == FINAL
    publisher.gave_up(publication, KeyboardInterrupt())
    assert entry_in(storage) == BEFORE
    assert set(storage.sizes_bytes("")) == {ENTRY_KEY}


def test_an_entry_tells_when_it_began_to_say_what_it_says(storage: Storage) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    _, publisher = begun(storage)
    first = changed(storage)
    time.sleep(0.002)
    publisher.final(FINAL)
    second = changed(storage)
    assert before <= first < second <= datetime.now(UTC)
    time.sleep(0.002)
    InStore(storage, "id").final(FINAL)
    assert changed(storage) == second, "nothing changed"


def test_an_entry_of_an_older_version_is_given_its_moment(storage: Storage) -> None:
    storage.put(ENTRY_KEY, FINAL.to_json())
    InStore(storage, "id").final(FINAL)
    changed(storage)


def test_that_an_entry_comes_back_is_a_change(storage: Storage) -> None:
    long_ago = datetime(2026, 1, 2, tzinfo=UTC)
    storage.put(ENTRY_KEY, BEFORE.changed_now(long_ago).to_json())
    publication, publisher = begun(storage)
    publication.complete(INDEX)
    publisher.final(FINAL)
    final = changed(storage)
    publisher.gave_up(publication, KeyboardInterrupt())
    assert entry_in(storage) == BEFORE
    assert changed(storage) >= final > long_ago


def test_an_entry_that_cannot_be_read_is_replaced(storage: Storage) -> None:
    storage.put(ENTRY_KEY, b"no JSON")
    _, publisher = begun(storage)
    assert entry_in(storage) == PROVISIONAL
    publisher.final(FINAL)
    assert entry_in(storage) == FINAL


def test_what_another_run_completed_stays(storage: Storage) -> None:
    ours, publisher = begun(storage)
    theirs = Publication(storage, WHERE)
    theirs.complete(INDEX)
    there = set(storage.sizes_bytes(""))
    publisher.gave_up(ours, KeyboardInterrupt())
    assert set(storage.sizes_bytes("")) == there - {ENTRY_KEY}


def test_what_another_run_published_is_not_taken_back(storage: Storage) -> None:
    ours, publisher = begun(storage)
    Publication(storage, WHERE).complete(INDEX)
    InStore(storage, "id").final(FINAL)
    there = storage.sizes_bytes("")
    publisher.gave_up(ours, KeyboardInterrupt())
    assert storage.sizes_bytes("") == there
    assert entry_in(storage) == FINAL


class Overtaken(Storage):
    """A store in which another run completes the revision while it is being withdrawn."""

    def put(self, key: str, data: bytes) -> None:
        super().put(key, data)
        if key == WHERE.growing_key(layout.WITHDRAWN):
            rungs = writers(Publication(self, WHERE))
            for number in range(4):
                for writer in rungs:
                    writer.write(encoded(writer.rung, number))
            Publication(self, WHERE).complete(index_of(rungs))


def test_what_another_run_completes_meanwhile_is_not_withdrawn() -> None:
    with Overtaken(MemoryStore()) as storage:
        publication, publisher = begun(storage)
        error = CorruptSource("It ends.")
        publisher.gave_up(publication, error)
        assert storage.read(WHERE.growing_key(layout.WITHDRAWN)) is None
        playlist = storage.read(WHERE.growing_key(layout.playlist_name("320k"))) or b""
    assert playlist.count(b"#EXTINF") == 25
    assert playlist.endswith(b"#EXT-X-ENDLIST\n")
    assert not hasattr(error, "__notes__")


def test_another_revision_published_meanwhile_plays_on(storage: Storage) -> None:
    ours, publisher = begun(storage)
    InStore(storage, "id").final(BEFORE)
    publisher.gave_up(ours, KeyboardInterrupt())
    assert entry_in(storage) == BEFORE
    assert set(storage.sizes_bytes("")) == {ENTRY_KEY}


def test_an_index_that_cannot_be_read_may_be_of_another_run(tmp_path: Path) -> None:
    with Storage(LocalStore(tmp_path)) as storage:
        publication, publisher = begun(storage)
        key = WHERE.key(layout.INDEX)
        (tmp_path / key).symlink_to(tmp_path / key)
        publisher.gave_up(publication, KeyboardInterrupt())
    assert (tmp_path / WHERE.key("128k/00000.m4s")).exists()


def test_a_withdrawal_says_until_when() -> None:
    withdrawal = Withdrawal.at(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))
    assert GRACE.total_seconds() == 3600
    assert withdrawal.kept_until == "2026-01-02T04:04:05+00:00"
    assert "until 2026-01-02T04:04:05+00:00" in withdrawal.sentence
    assert Withdrawal.from_json(withdrawal.to_json()) == withdrawal
