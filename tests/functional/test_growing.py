"""Playable at once: what a store holds while an asset is packaged, and after it went wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest
from obstore.store import LocalStore

from manifests import layout
from manifests.credits import Credits
from manifests.entry import Entry
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from packager.errors import CorruptSource, SourceNotFound, StoreFailed, UnsupportedSource
from packager.package import Packaged, Progress, package
from packager.publishing.publication import Publication
from packager.publishing.publisher import InStore, Publisher
from packager.publishing.storage import Storage
from tests.functional.looking import Contents, check, contents, resolved
from tests.servers.soundbridge import soundbridge
from tests.sources.audio import excerpt, heard
from tests.sources.bad import broken_at_the_end
from tests.sources.package import warm_reader

RUNGS = ("128k", "256k", "320k")
ENTRY = "entry/id.json"


def packaged(
    source: Path,
    root: Path,
    on_progress: Callable[[Progress], None] | None = None,
    publisher: Publisher | None = None,
    created_at: str = "2026-01-02T03:04:05Z",
) -> Packaged:
    return package(
        source,
        LocalStore(root, mkdir=True),
        asset_id="a",
        playback_id="id",
        created_at=created_at,
        on_progress=on_progress,
        publisher=publisher,
        reader=warm_reader(),
    )


def entry(root: Path) -> Entry:
    return Entry.from_json((root / ENTRY).read_bytes())


def growing(root: Path, name: str) -> Path:
    (found,) = (root / layout.GROWING_PREFIX / "a").glob(f"*/{name}")
    return found


def segments(root: Path, rung: str) -> int:
    return growing(root, layout.playlist_name(rung)).read_text().count("#EXTINF")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifteen seconds: two chunks."""
    return excerpt(tmp_path_factory.mktemp("source") / "two-chunks.wav", samples=15 * 44_100)


@pytest.fixture(scope="module")
def complete(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("complete")
    packaged(source, root)
    return root


@pytest.fixture(scope="module")
def broken(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A source of which the first chunk can be read."""
    return broken_at_the_end(source, tmp_path_factory.mktemp("broken") / "x.flac")


def test_it_plays_while_it_is_packaged(long_music: Path, tmp_path: Path) -> None:
    states: list[tuple[Contents, list[int]]] = []

    def look(_progress: Progress) -> None:
        there = contents(tmp_path)
        playing = ENTRY in there
        assert not playing or entry(tmp_path).provisional
        states.append((there, [segments(tmp_path, rung) for rung in RUNGS] if playing else []))

    packaged(long_music, tmp_path, look)
    assert not entry(tmp_path).provisional
    for there, _ in states:
        check(there, contents(tmp_path))
        assert any(name.endswith(f"/{layout.CREDITS}") for name in there)
    lengths = [length for _, length in states]
    assert lengths == [[]] * 2 + [[1] * 3] * 3 + [[11] * 3] * 3 + [[12] * 3]


def test_the_first_entry_tells_what_is_expected(source: Path, tmp_path: Path) -> None:
    seen: list[Entry] = []

    def look(_progress: Progress) -> None:
        if (tmp_path / ENTRY).exists():
            seen.append(entry(tmp_path))

    final = packaged(source, tmp_path, look).entry
    assert {one.where for one in seen} == {final.where}
    assert seen[0].title == final.title == "two-chunks"
    assert seen[0].duration_s == final.duration_s == 15


def test_the_first_entry_has_the_tags(tmp_path: Path) -> None:
    tags = ("-metadata", "title=Ein Schlächtlein", "-metadata", "artist=Æ")
    seen: list[Entry] = []

    def look(_progress: Progress) -> None:
        if (tmp_path / ENTRY).exists():
            seen.append(entry(tmp_path))

    packaged(excerpt(tmp_path / "some-key.flac", *tags, samples=15 * 44_100), tmp_path, look)
    assert seen[0].provisional
    assert (seen[0].title, seen[0].artist) == ("Ein Schlächtlein", "Æ")
    assert Credits.from_json(growing(tmp_path, layout.CREDITS).read_bytes()) == Credits("Æ")


def test_growing_playlists_end_and_play_like_the_others(complete: Path) -> None:
    for rung in RUNGS:
        playlist = growing(complete, layout.playlist_name(rung))
        assert playlist.read_text().endswith("#EXT-X-ENDLIST\n")
        final = complete / entry(complete).where.key(layout.playlist_name(rung))
        assert (heard(playlist, 2) == heard(final, 2)).all()


def test_bounds_give_way_to_what_was_measured(complete: Path) -> None:
    def bandwidths_bps(path: Path) -> list[tuple[int, int | None]]:
        playlist = parse_playlist(path.read_bytes())
        assert isinstance(playlist, MultivariantPlaylist)
        return [(one.bandwidth_bps, one.average_bandwidth_bps) for one in playlist.variants]

    final = complete / entry(complete).where.key(layout.MULTIVARIANT)
    assert bandwidths_bps(growing(complete, layout.MULTIVARIANT)) == bandwidths_bps(final)


def test_a_source_that_turns_out_corrupt_is_withdrawn(broken: Path, tmp_path: Path) -> None:
    root = tmp_path / "store"
    ids = ("--asset-id", "a", "--playback-id", "id")
    for _attempt in range(2):
        done = soundbridge("package", *ids, broken, root)
        assert done.returncode == 1
        assert "It played already. Its entry is gone" in done.stderr
        assert not (root / ENTRY).exists()
        assert growing(root, layout.WITHDRAWN).is_file()
        there = contents(root)
        for rung in RUNGS:
            playlist = growing(root, layout.playlist_name(rung))
            parsed = parse_playlist(playlist.read_bytes())
            assert isinstance(parsed, MediaPlaylist)
            assert parsed.end_list
            key = str(playlist.relative_to(root))
            assert all(resolved(key, segment.uri) in there for segment in parsed.segments)
            assert heard(playlist, 2).shape[1] == pytest.approx(6 * 44_100, rel=0.01)


@pytest.mark.long
def test_a_withdrawn_revision_may_be_made_after_all(
    complete: Path, source: Path, tmp_path: Path
) -> None:
    def fail(progress: Progress) -> None:
        if progress.done_s > 6:
            raise CorruptSource("For once.")

    with pytest.raises(CorruptSource) as failed:
        packaged(source, tmp_path, fail)
    assert "until" in failed.value.__notes__[0]
    assert growing(tmp_path, layout.WITHDRAWN).is_file()
    packaged(source, tmp_path)
    assert contents(tmp_path) == contents(complete)


class Killed(InStore):
    """Publishes for a run that can do nothing any more when it ends."""

    def gave_up(self, publication: Publication, error: BaseException) -> None:
        pass


@pytest.mark.long
def test_what_a_killed_run_let_play_comes_to_no_harm_by_a_wrong_source(
    complete: Path, source: Path, tmp_path: Path
) -> None:
    def stop(progress: Progress) -> None:
        if progress.done_s > 6:
            raise KeyboardInterrupt

    store = LocalStore(tmp_path)
    with Storage(store) as storage, pytest.raises(KeyboardInterrupt):
        packaged(source, tmp_path, stop, Killed(storage, "id"))
    before = contents(tmp_path)
    no_sound = tmp_path.with_suffix(".txt")
    no_sound.write_text("the wrong file")
    with pytest.raises(SourceNotFound):
        packaged(tmp_path / "no.wav", tmp_path)
    with pytest.raises(UnsupportedSource):
        packaged(no_sound, tmp_path)
    assert contents(tmp_path) == before
    packaged(source, tmp_path)
    assert contents(tmp_path) == contents(complete)


def test_being_stopped_leaves_nothing(source: Path, tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        if progress.done_s > 6:
            assert (tmp_path / ENTRY).exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        packaged(source, tmp_path, stop)
    assert list(tmp_path.iterdir()) == []


def test_where_the_store_failed_the_next_run_goes_on(
    complete: Path, source: Path, tmp_path: Path
) -> None:
    def fail(progress: Progress) -> None:
        if progress.done_s > 6:
            raise StoreFailed("For once.")

    with pytest.raises(StoreFailed) as failed:
        packaged(source, tmp_path, fail)
    assert "again with --asset-id a --playback-id id." in failed.value.__notes__[0]
    before = entry(tmp_path)
    assert before.provisional
    made: list[Progress] = []
    after = packaged(source, tmp_path, made.append, created_at="2027-01-02T03:04:05Z").entry
    assert len(made) < 2 * len(RUNGS)
    assert after.created_at == before.created_at
    assert contents(tmp_path) == contents(complete)


@pytest.mark.long
def test_a_run_that_was_overtaken_ends_with_what_the_other_made(
    complete: Path, source: Path, tmp_path: Path
) -> None:
    made: list[Progress] = []

    def overtake(progress: Progress) -> None:
        made.append(progress)
        packaged(source, tmp_path)

    packaged(source, tmp_path, overtake)
    assert len(made) == 1
    assert contents(tmp_path) == contents(complete)


def test_what_is_complete_plays_on_while_another_source_is_packaged(
    music: Path, source: Path, tmp_path: Path
) -> None:
    first = packaged(music, tmp_path).entry
    seen: set[str] = set()

    def look(_progress: Progress) -> None:
        seen.add(entry(tmp_path).revision)

    second = packaged(source, tmp_path, look).entry
    assert seen == {first.revision}
    assert entry(tmp_path).revision == second.revision != first.revision


def test_what_plays_comes_to_no_harm_by_a_bad_source(
    music: Path, broken: Path, tmp_path: Path
) -> None:
    packaged(music, tmp_path)
    before = contents(tmp_path)
    with pytest.raises(CorruptSource):
        packaged(broken, tmp_path)
    assert contents(tmp_path) == before
