"""Large sources that only a hash of all of them tells apart: each gets what it is, and keeps it."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import obstore
import pytest
from obstore.store import MemoryStore, ObjectStore

from manifests import layout
from manifests.entry import Entry
from manifests.layout import Revision
from packager.errors import PackagingError, SourceChanged, StoreFailed
from packager.package import Packaged, Progress, package
from packager.publishing.publication import Publication
from packager.sandbox.warm import WarmReaders
from tests.functional.looking import Contents, check, keys, read, timeless
from tests.sources.audio import excerpt
from tests.sources.large import edited, padded

RUNGS = 3


class Killed(Exception):
    """Ends a run as a kill would: nobody tidies up."""


class LeavesAll:
    """Publishes nothing, and leaves to the next run what one has stored."""

    def __init__(self) -> None:
        self.announced: list[Revision] = []

    def provisional(self, entry: Entry) -> None:
        self.announced.append(entry.where)

    def final(self, entry: Entry) -> None:
        pass

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        pass


@dataclass
class Packager:
    """Packages everything into one asset."""

    readers: WarmReaders

    def run(self, source: Path, store: ObjectStore, **how: object) -> Packaged:
        return package(
            source,
            store,
            asset_id="a",
            playback_id="id",
            created_at="2026-01-02T03:04:05Z",
            reader=self.readers.reader(),
            **how,  # type: ignore[arg-type]  # as package has it
        )

    def begin(self, source: Path, store: ObjectStore, chunks: int = RUNGS) -> Revision:
        """Package until so many chunks of rungs are stored, and say where to."""
        seen: list[Progress] = []
        publisher = LeavesAll()

        def on_progress(progress: Progress) -> None:
            seen.append(progress)
            if len(seen) == chunks:
                raise Killed

        with pytest.raises(Killed):
            self.run(source, store, on_progress=on_progress, publisher=publisher)
        (where,) = publisher.announced
        return where

    def resume(self, source: Path, store: ObjectStore) -> tuple[Packaged, int]:
        """Package to the end; also return how many chunks were made."""
        seen: list[Progress] = []
        return self.run(source, store, on_progress=seen.append), len(seen)


@pytest.fixture(scope="module")
def packager() -> Iterator[Packager]:
    with WarmReaders() as readers:
        yield Packager(readers)


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds: two chunks of each of three rungs."""
    folder = tmp_path_factory.mktemp("one")
    return padded(excerpt(folder / "short.wav", samples=8 * 44_100), folder / "x.wav")


@pytest.fixture(scope="module")
def other(one: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return edited(one, tmp_path_factory.mktemp("other") / "x.wav")


@pytest.fixture(scope="module")
def complete(one: Path, packager: Packager) -> Contents:
    """What an undisturbed run of the one leaves."""
    store = MemoryStore()
    packager.run(one, store)
    return contents(store)


def contents(store: ObjectStore) -> Contents:
    return {key: timeless(key, read(store, key)) for key in keys(store)}


def below(where: Revision, there: Contents) -> Contents:
    return {key: data for key, data in there.items() if f"/{where.revision}/" in key}


def mark(store: ObjectStore, where: Revision, source: Path | None) -> None:
    """Let what there is of a revision say which source it is of, or not say it."""
    key = where.growing_key(layout.SOURCE)
    if source is not None:
        said = {"size_bytes": source.stat().st_size, "sha256": sha256_of(source)}
        obstore.put(store, key, json.dumps(said).encode())
    elif key in contents(store):
        obstore.delete(store, key)


def sha256_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_both_are_what_they_are(one: Path, other: Path, packager: Packager) -> None:
    store = MemoryStore()
    first = packager.run(one, store)
    before = contents(store)
    second, made = packager.resume(other, store)
    after = contents(store)
    assert made == 2 * RUNGS
    assert first.index.source.sha256 == sha256_of(one)
    assert second.index.source.sha256 == sha256_of(other)
    assert first.index.renditions != second.index.renditions
    assert first.entry.where != second.entry.where
    assert below(first.entry.where, after) == below(first.entry.where, before)
    check(after, after)
    for source, published in ((one, first), (other, second)):
        again, made = packager.resume(source, store)
        assert (again.entry.where, made) == (published.entry.where, 0)


def test_which_source_it_is_of_is_said_before_the_index(complete: Contents, one: Path) -> None:
    (key,) = [key for key in complete if key.endswith(f"/{layout.SOURCE}")]
    size_bytes = one.stat().st_size
    assert json.loads(complete[key]) == {"size_bytes": size_bytes, "sha256": sha256_of(one)}


def test_a_run_that_was_killed_is_taken_up(
    one: Path, packager: Packager, complete: Contents
) -> None:
    store = MemoryStore()
    where = packager.begin(one, store)
    packaged, made = packager.resume(one, store)
    assert (packaged.entry.where, made) == (where, RUNGS)
    assert contents(store) == complete


@pytest.mark.long
@pytest.mark.long_if("False")
@pytest.mark.parametrize("is_marked", [False, True])
def test_what_a_killed_run_listed_is_not_written_over_by_another_source(
    *, is_marked: bool, one: Path, other: Path, packager: Packager
) -> None:
    store = MemoryStore()
    where = packager.begin(one, store)
    if not is_marked:
        mark(store, where, None)
    before = contents(store)
    packaged, made = packager.resume(other, store)
    assert (packaged.index.source.sha256, made) == (sha256_of(other), 2 * RUNGS)
    assert below(where, contents(store)) == before


def test_what_does_not_say_its_source_is_made_again(
    one: Path, packager: Packager, complete: Contents
) -> None:
    store = MemoryStore()
    unsaid = packager.begin(one, store)
    mark(store, unsaid, None)
    again = packager.begin(one, store, chunks=RUNGS + 1)
    mark(store, again, None)
    packaged, made = packager.resume(one, store)
    assert (packaged.entry.where, made) == (again, RUNGS - 1)
    assert again != unsaid
    named = {
        key.replace(again.revision, unsaid.revision): data.replace(
            again.revision.encode(), unsaid.revision.encode()
        )
        for key, data in below(again, contents(store)).items()
    }
    assert named == below(unsaid, complete)


@pytest.mark.long
def test_two_at_once_do_not_make_one_of_two(one: Path, other: Path, packager: Packager) -> None:
    store = MemoryStore()

    def meanwhile(_: Progress) -> None:
        for batch in obstore.list(store, "growing"):
            for found in batch:
                asset_id, revision = found["path"].split("/")[1:3]
                mark(store, Revision(asset_id, revision), other)

    with pytest.raises(StoreFailed, match="Another run"):
        packager.run(one, store, on_progress=meanwhile, publisher=LeavesAll())
    assert not [key for key in contents(store) if key.endswith(layout.INDEX)]


@pytest.mark.parametrize("how", ["written to", "replaced", "removed"])
def test_a_source_that_changes_while_it_is_packaged(
    how: str, one: Path, tmp_path: Path, packager: Packager
) -> None:
    source = edited(one, tmp_path / "x.wav")

    def change(_: Progress) -> None:
        if how == "written to":
            os.utime(source, ns=(0, 0))
        elif how == "replaced":
            os.replace(edited(one, tmp_path / "y.wav"), source)  # noqa: PTH105
        else:
            source.unlink(missing_ok=True)

    store = MemoryStore()
    with pytest.raises(PackagingError) as raised:
        packager.run(source, store, on_progress=change)
    assert isinstance(raised.value, SourceChanged) or how == "removed"
    assert not [key for key in contents(store) if key.endswith((layout.INDEX, "id.json"))]
