"""A run with extras that was ended anywhere is taken up, and makes the same bytes in the end."""

from pathlib import Path

import pytest
from obstore.store import LocalStore

from manifests.entry import Entry
from packager.extras import Extras
from packager.package import Progress, package
from packager.publishing.publication import Publication
from tests.sources.package import InFolder, package_into, warm_reader

pytestmark = pytest.mark.long

BOTH = Extras(lossless=True, packed_audio=True)


class _LeavesAll:
    """Publishes nothing, and leaves what is there to the next run, as a killed one does."""

    def provisional(self, entry: Entry) -> None:
        """Announce nothing."""

    def final(self, entry: Entry) -> None:
        """Announce nothing."""

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        """Take nothing back."""


class _Ended(Exception):
    pass


def _run(source: Path, root: Path, *, steps: int) -> None:
    """Package until so many chunks of rungs are stored."""
    left = [steps]

    def stop(_done: Progress) -> None:
        left[0] -= 1
        if not left[0]:
            raise _Ended

    package(
        source,
        LocalStore(root, mkdir=True),
        asset_id="asset",
        playback_id="playback",
        created_at="2026-01-02T03:04:05Z",
        extras=BOTH,
        on_progress=stop,
        publisher=_LeavesAll(),
        reader=warm_reader(),
    )


@pytest.fixture(scope="module")
def undisturbed(long_music: Path, tmp_path_factory: pytest.TempPathFactory) -> InFolder:
    return package_into(tmp_path_factory.mktemp("store"), long_music, extras=BOTH)


@pytest.mark.parametrize("steps", [3, 6])
def test_it_is_the_same_in_the_end(
    steps: int, undisturbed: InFolder, long_music: Path, tmp_path: Path
) -> None:
    with pytest.raises(_Ended):
        _run(long_music, tmp_path, steps=steps)
    folder = tmp_path / "media" / "asset" / undisturbed.folder.name
    first = folder / "128k" / "00000.aac"
    written_at_ns = first.stat().st_mtime_ns
    again = package_into(tmp_path, long_music, extras=BOTH)
    assert again.objects() == undisturbed.objects()
    assert first.stat().st_mtime_ns == written_at_ns


def test_packed_audio_that_is_gone_is_made_again(
    undisturbed: InFolder, long_music: Path, tmp_path: Path
) -> None:
    with pytest.raises(_Ended):
        _run(long_music, tmp_path, steps=6)
    (tmp_path / "media" / "asset" / undisturbed.folder.name / "256k" / "00000.aac").unlink()
    assert package_into(tmp_path, long_music, extras=BOTH).objects() == undisturbed.objects()
