import hashlib
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore, MemoryStore

from manifests.layout import Revision
from packager.errors import StoreFailed
from packager.publishing.publication import Publication, publication, read_if_there

WHERE = Revision("asset", "revision")


def keys(store: LocalStore | MemoryStore) -> set[str]:
    return {found["path"] for batch in obstore.list(store) for found in batch}


def publish_and_fail(store: LocalStore | MemoryStore, reason: type[BaseException]) -> None:
    with publication(store, WHERE) as published:
        published.put("128k/00000.m4s", b"1")
        published.put("128k/init.mp4", b"2")
        published.complete(b"index")
        published.replace("entry/id.json", b"3")
        raise reason


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LocalStore | MemoryStore:
    return MemoryStore() if request.param == "memory" else LocalStore(tmp_path)


def test_what_is_put_can_be_read(store: LocalStore | MemoryStore) -> None:
    with publication(store, WHERE) as published:
        stored = published.put("128k/init.mp4", b"init")
    assert read_if_there(store, WHERE.key("128k/init.mp4")) == b"init"
    assert (stored.name, stored.size_bytes) == ("128k/init.mp4", 4)
    assert stored.sha256 == hashlib.sha256(b"init").hexdigest()


def test_nothing_there_is_none(store: LocalStore | MemoryStore) -> None:
    assert read_if_there(store, WHERE.key("index.json")) is None


@pytest.mark.parametrize("reason", [StoreFailed, KeyboardInterrupt])
def test_whatever_ends_it_takes_everything_back(
    store: LocalStore | MemoryStore, reason: type[BaseException]
) -> None:
    obstore.put(store, "media/other/x", b"stays")
    with pytest.raises(reason):
        publish_and_fail(store, reason)
    assert keys(store) == {"media/other/x"}


def test_an_entry_that_was_there_comes_back(store: LocalStore | MemoryStore) -> None:
    obstore.put(store, "entry/id.json", b"the one before")
    with pytest.raises(KeyboardInterrupt):
        publish_and_fail(store, KeyboardInterrupt)
    assert keys(store) == {"entry/id.json"}
    assert read_if_there(store, "entry/id.json") == b"the one before"


SEGMENT, INDEX = WHERE.key("128k/00000.m4s"), WHERE.key("index.json")


@pytest.fixture
def runs(store: LocalStore | MemoryStore) -> tuple[Publication, Publication]:
    """Two runs of one source, both of which have stored the same segment."""
    ours, theirs = Publication(store, WHERE), Publication(store, WHERE)
    for run in (ours, theirs):
        run.put("128k/00000.m4s", b"1")
    return ours, theirs


def test_what_another_run_completed_stays(
    store: LocalStore | MemoryStore, runs: tuple[Publication, Publication]
) -> None:
    ours, theirs = runs
    theirs.complete(b"index")
    ours.withdraw()
    assert keys(store) == {SEGMENT, INDEX}


def test_an_index_of_another_run_comes_back(
    store: LocalStore | MemoryStore, runs: tuple[Publication, Publication]
) -> None:
    ours, theirs = runs
    theirs.complete(b"theirs")
    ours.complete(b"ours")
    ours.withdraw()
    assert keys(store) == {SEGMENT, INDEX}
    assert read_if_there(store, INDEX) == b"theirs"


def test_what_another_run_took_away_is_missed(
    store: LocalStore | MemoryStore, runs: tuple[Publication, Publication]
) -> None:
    ours, theirs = runs
    ours.put("128k/00001.m4s", b"2")
    theirs.withdraw()
    with pytest.raises(StoreFailed, match="Another run took away a part of it"):
        ours.complete(b"index")
    ours.withdraw()
    assert keys(store) == set()


def test_an_index_that_cannot_be_read_may_be_of_another_run(tmp_path: Path) -> None:
    published = Publication(LocalStore(tmp_path), WHERE)
    published.put("128k/00000.m4s", b"1")
    (tmp_path / INDEX).symlink_to(tmp_path / INDEX)
    published.withdraw()
    assert (tmp_path / SEGMENT).exists()


def test_folders_go_too(tmp_path: Path) -> None:
    (tmp_path / "media" / "other").mkdir(parents=True)
    with pytest.raises(StoreFailed):
        publish_and_fail(LocalStore(tmp_path), StoreFailed)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["media", "other"]


def test_a_store_that_refuses_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("a file where a folder should be")
    with (
        pytest.raises(StoreFailed, match="could not be written to the store"),
        publication(LocalStore(tmp_path), WHERE) as published,
    ):
        published.put("init.mp4", b"")
    with pytest.raises(StoreFailed, match="could not be read"):
        read_if_there(LocalStore(tmp_path), "media/asset")
