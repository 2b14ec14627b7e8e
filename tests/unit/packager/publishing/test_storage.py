from functools import partial
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore, MemoryStore

from packager.errors import StoreFailed
from packager.publishing.storage import Storage
from tests.sources.growing import keys


@pytest.fixture(params=["memory", "folder"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LocalStore | MemoryStore:
    return MemoryStore() if request.param == "memory" else LocalStore(tmp_path)


def test_what_is_put_can_be_read(store: LocalStore | MemoryStore) -> None:
    with Storage(store) as storage:
        storage.put("a/1", b"one")
        storage.put_all({"a/2": b"two", "b/3": b"three"})
        assert storage.read("a/1") == b"one"
        assert storage.read_all(["a/1", "b/3", "b/4"]) == {"a/1": b"one", "b/3": b"three"}
        assert storage.sizes_bytes("a") == {"a/1": 3, "a/2": 3}


def test_what_is_created_takes_no_others_place(store: LocalStore | MemoryStore) -> None:
    with Storage(store) as storage:
        assert storage.create_all({"a/1": b"one", "a/2": b"two"}) == set()
        assert storage.create_all({"a/2": b"another", "a/3": b"three"}) == {"a/2"}
        assert storage.read_all(["a/1", "a/2", "a/3"]) == {
            "a/1": b"one",
            "a/2": b"two",
            "a/3": b"three",
        }


def test_nothing_there_is_none(store: LocalStore | MemoryStore) -> None:
    with Storage(store) as storage:
        assert storage.read("a") is None
        assert storage.sizes_bytes("a") == {}


def test_deleting_what_is_not_there_is_no_error(store: LocalStore | MemoryStore) -> None:
    obstore.put(store, "a/stays", b"")
    with Storage(store) as storage:
        storage.put("a/goes", b"")
        storage.delete_all(["a/goes", "a/never was"])
    assert keys(store) == {"a/stays"}


def test_folders_go_with_what_was_in_them(tmp_path: Path) -> None:
    (tmp_path / "a" / "other").mkdir(parents=True)
    with Storage(LocalStore(tmp_path)) as storage:
        storage.put("a/b/c/1", b"")
        storage.delete_all(["a/b/c/1"])
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a", "other"]


def test_one_that_fails_fails_all_and_leaves_nothing_under_way(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file where a folder should be")
    objects = {f"a/{number}": b"x" for number in range(50)} | {"blocked/1": b"x"}
    with Storage(LocalStore(tmp_path)) as storage:
        with pytest.raises(StoreFailed, match="blocked/1 could not be written to the store"):
            storage.put_all(objects)
        before = storage.sizes_bytes("a")
    assert keys(LocalStore(tmp_path, mkdir=False)) == {*before, "blocked"}


def test_a_store_that_refuses_is_a_typed_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("a file where a folder should be")
    with Storage(LocalStore(tmp_path)) as storage:
        for refused in (
            partial(storage.read, "a/b"),
            partial(storage.put, "a/b", b""),
            partial(storage.delete_all, ["a/b"]),
        ):
            with pytest.raises(StoreFailed, match=r"^a/b could not be \w+.*Check the store"):
                refused()
