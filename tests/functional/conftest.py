"""What many tests share: stores, and one packaged asset, with copies of it to be damaged."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore, MemoryStore

from tests.functional.seeding import SAMPLES
from tests.functional.storing import contents, package_song
from tests.functional.supervising import until
from tests.functional.tenants import Tenants, tenants_served
from tests.servers.faults import Fault
from tests.servers.seaweedfs import Bucket, seaweedfs
from tests.servers.valkey import Valkey, valkey
from tests.sources.audio import excerpt
from tests.sources.package import InFolder, package_into
from tests.sources.published import PublishedAsset, publish


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    source = excerpt(tmp_path_factory.mktemp("source") / "music.wav", samples=SAMPLES)
    return package_into(tmp_path_factory.mktemp("store"), source)


@pytest.fixture
def copy(whole: InFolder, tmp_path: Path) -> Path:
    """A copy of the revision's folder, to be damaged."""
    return shutil.copytree(whole.folder, tmp_path / "copy")


@pytest.fixture(scope="session")
def some_music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eighteen seconds: three segments in two chunks."""
    return excerpt(tmp_path_factory.mktemp("music") / "some.wav", samples=800_003)


@pytest.fixture(scope="session")
def undisturbed(some_music: Path) -> dict[str, bytes]:
    """What comes of it, by key, in a store that never fails."""
    store = MemoryStore()
    package_song(some_music, store)
    return contents(store, "media", "entry")


@pytest.fixture(scope="session")
def specimens(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the files that mutants are made of."""
    return tmp_path_factory.mktemp("specimens")


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    """The empty folder ``store`` as a store."""
    return LocalStore(tmp_path / "store", mkdir=True, automatic_cleanup=True)


@pytest.fixture
def folder(store: LocalStore, tmp_path: Path) -> Path:
    """The folder of that store."""
    del store
    return tmp_path / "store"


@pytest.fixture
def asset(store: LocalStore) -> PublishedAsset:
    """An asset in it, published by hand."""
    return publish(store)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey of the test's own."""
    with valkey(tmp_path) as server:
        yield server


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> float:
    """Let no command to a cache fail because the machine is busy; the value is its deadline."""
    command_s = 1.0
    monkeypatch.setattr("origin.cache.connection.COMMAND_S", command_s)
    return command_s


@pytest.fixture(scope="session")
def _seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    with seaweedfs(tmp_path_factory.mktemp("seaweedfs"), "audio") as bucket:
        yield bucket


@pytest.fixture(scope="module")
def s3(_seaweedfs: Bucket) -> Iterator[Bucket]:
    """The bucket ``audio`` on SeaweedFS: empty at first, and a module's own."""
    yield _seaweedfs
    store = _seaweedfs.store()
    for page in obstore.list(store):
        obstore.delete(store, [found["path"] for found in page])


@pytest.fixture(scope="module")
def tenants(s3: Bucket, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tenants]:
    """A server of three stores, a module's own."""
    with tenants_served(s3, tmp_path_factory.mktemp("tenants")) as served:
        yield served


@pytest.fixture
def down(tenants: Tenants) -> Iterator[Callable[[Fault], None]]:
    """Take the bucket down until the test ends; then wait until it is up for all workers."""

    def take(fault: Fault) -> None:
        tenants.fault = fault

    yield take
    tenants.fault = None
    until(lambda: {answer.body for answer in tenants.ask_all("/readyz")} == {b"ok\n"})
