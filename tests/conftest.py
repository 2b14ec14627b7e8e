"""Fixtures that many rooms use: real music, cut once a session, and one PostgreSQL."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from origin.cycles import look_seldom
from tests.order import spread
from tests.servers.postgres import postgres
from tests.servers.sqlite import copy_empty, make_empty
from tests.sources.audio import excerpt
from tests.sources.package import readers_ended
from tests.variants import mark_long

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")

# Tests start hundreds of programs: each would compile all that it imports anew, and each process
# of pytest's all tests.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

look_seldom()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark variants before pytest leaves out what is long."""
    mark_long(items)
    spread(items)


def pytest_collection_finish() -> None:
    """Let nobody look for cycles among thousands of tests again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module", autouse=True)
def _readers() -> Iterator[None]:
    with readers_ended():
        yield


@pytest.fixture(scope="session")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five seconds of music: a 16-bit stereo WAV of 220,507 samples at 44.1 kHz."""
    return excerpt(tmp_path_factory.mktemp("music") / "music.wav")


@pytest.fixture(scope="session")
def long_music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seventy seconds of it: long enough for three chunks of the ladder's grid."""
    return excerpt(tmp_path_factory.mktemp("music") / "long.wav", samples=3_087_019)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied."""
    return make_empty(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture
def migrated(empty_sqlite: Path, tmp_path: Path) -> Path:
    """A state folder with an empty database."""
    copy_empty(empty_sqlite, tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Where PostgreSQL is: one for all, so who uses it empties it first."""
    with postgres() as url:
        yield url
