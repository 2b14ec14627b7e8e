"""One packaged asset for all tests of ``soundbridge validate``, and copies of it to be damaged."""

import shutil
from pathlib import Path

import pytest

from tests.functional.seeding import SAMPLES
from tests.sources.audio import excerpt
from tests.sources.package import InFolder, package_into


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    source = excerpt(tmp_path_factory.mktemp("source") / "music.wav", samples=SAMPLES)
    return package_into(tmp_path_factory.mktemp("store"), source)


@pytest.fixture
def copy(whole: InFolder, tmp_path: Path) -> Path:
    """A copy of the revision's folder, to be damaged."""
    return shutil.copytree(whole.folder, tmp_path / "copy")
