"""An attempt that ended early, and the next one: what is in the store already is not made again."""

from collections.abc import Callable, Iterator
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore, MemoryStore, ObjectStore

from manifests.entry import Entry
from packager.extras import NO_EXTRAS, Extras
from packager.package import Progress, package
from packager.publishing.publication import Publication
from tests.sources.audio import excerpt
from tests.sources.package import warm_reader

CHUNKS = 6


class WorkerGone(Exception):
    """A worker that must go at once."""


class KeepsAll:
    """Leaves to the next attempt what one has stored, as a queue does."""

    def __init__(self) -> None:
        self.announced: list[Entry] = []

    def provisional(self, entry: Entry) -> None:
        self.announced.append(entry)

    def final(self, entry: Entry) -> None:
        pass

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        pass


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifteen seconds: two chunks of each of three rungs."""
    return excerpt(tmp_path_factory.mktemp("source") / "x.wav", samples=15 * 44_100)


@pytest.fixture(scope="module", params=["folder", "s3"])
def stores(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], ObjectStore]]:
    """Makes empty stores of one kind, by name."""
    folder = tmp_path_factory.mktemp("stores")
    if request.param == "folder":
        yield lambda name: LocalStore(folder / name, mkdir=True)
        return
    yield request.getfixturevalue("s3").store


@pytest.fixture(scope="module")
def complete(source: Path, stores: Callable[[str], ObjectStore]) -> dict[str, bytes]:
    """What an undisturbed run leaves."""
    store = stores("undisturbed")
    assert attempt(source, store) == (CHUNKS, 1)
    return contents(store)


def contents(store: ObjectStore) -> dict[str, bytes]:
    keys = [found["path"] for batch in obstore.list(store) for found in batch]
    return {key: bytes(obstore.get(store, key).bytes()) for key in keys}


def attempt(
    source: Path,
    store: ObjectStore,
    until_chunk: int | None = None,
    extras: Extras = NO_EXTRAS,
) -> tuple[int, int]:
    """Package until so many chunks went in; return how many did, and how often it was announced."""
    seen: list[Progress] = []

    def on_progress(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == until_chunk:
            raise WorkerGone

    publisher = KeepsAll()
    try:
        package(
            source,
            store,
            asset_id="a",
            playback_id="id",
            created_at="2026-01-02T03:04:05Z",
            extras=extras,
            on_progress=on_progress,
            publisher=publisher,
            reader=warm_reader(),
        )
    except WorkerGone:
        assert until_chunk is not None
    return len(seen), len(publisher.announced)


@pytest.mark.long
@pytest.mark.long_if("s3")
def test_attempts_add_up_to_an_undisturbed_run(
    source: Path, stores: Callable[[str], ObjectStore], complete: dict[str, bytes]
) -> None:
    store = stores("disturbed")
    assert attempt(source, store, until_chunk=2) == (2, 0)
    assert attempt(source, store, until_chunk=2) == (2, 1)
    assert attempt(source, store) == (CHUNKS - 4, 1)
    assert contents(store) == complete


@pytest.mark.long_if("s3")
def test_what_is_not_whole_any_more_is_made_again(
    source: Path, stores: Callable[[str], ObjectStore], complete: dict[str, bytes]
) -> None:
    store = stores("damaged")
    assert attempt(source, store, until_chunk=4) == (4, 1)
    segment = next(key for key in contents(store) if key.endswith("256k/00000.m4s"))
    obstore.put(store, segment, b"something else")
    assert attempt(source, store) == (CHUNKS - 3, 1)
    assert contents(store) == complete


def test_extras_are_taken_up_too(source: Path) -> None:
    extras = Extras(lossless=True, packed_audio=True)
    undisturbed, disturbed = MemoryStore(), MemoryStore()
    assert attempt(source, undisturbed, extras=extras) == (8, 1)
    assert attempt(source, disturbed, until_chunk=5, extras=extras) == (5, 1)
    assert attempt(source, disturbed, extras=extras) == (3, 1)
    assert contents(disturbed) == contents(undisturbed)
