"""Growing playlists as they are written: in which order, when, and what they list."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from obstore.store import MemoryStore

from manifests import layout
from manifests.boxes.edit_list import Edit
from manifests.boxes.initialization import read_init
from manifests.layout import init_name, playlist_name, segment_name
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from packager.encoding.boundaries import Timeline
from packager.encoding.encoded import EncodedChunk
from packager.publishing.growing import GrowingPlaylists, end_playlists
from packager.publishing.publication import Publication
from packager.publishing.recorded import recorded_chunks
from packager.publishing.rendition import RenditionWriter
from packager.publishing.storage import Storage
from tests.sources.growing import (
    LADDER,
    PLAN,
    SAMPLES,
    TIMELINE,
    WHERE,
    encoded,
    index_of,
    write,
    writers,
)

LOW, HIGH = "128k", "320k"


class Watched(Storage):
    """A store that remembers in which order things went in."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.order: list[str] = []

    def put(self, key: str, data: bytes) -> None:
        super().put(key, data)
        self.order.append(key)

    def create(self, key: str, data: bytes) -> bool:
        is_created = super().create(key, data)
        self.order.append(key)
        return is_created

    def position(self, key: str) -> int:
        return self.order.index(key)


@pytest.fixture
def storage() -> Iterator[Watched]:
    with Watched() as storage:
        yield storage


@pytest.fixture
def rungs(storage: Watched) -> tuple[RenditionWriter, ...]:
    return writers(Publication(storage, WHERE))


@pytest.fixture
def playlists(storage: Watched, rungs: tuple[RenditionWriter, ...]) -> GrowingPlaylists:
    return GrowingPlaylists(
        PLAN, rungs, Publication(storage, WHERE), lambda: storage.put("announced", b"")
    )


def listed(storage: Storage, rung: str) -> MediaPlaylist:
    playlist = parse_playlist(storage.read(WHERE.growing_key(playlist_name(rung))) or b"")
    assert isinstance(playlist, MediaPlaylist)
    return playlist


def multivariant(storage: Storage) -> MultivariantPlaylist:
    playlist = parse_playlist(storage.read(WHERE.growing_key(layout.MULTIVARIANT)) or b"")
    assert isinstance(playlist, MultivariantPlaylist)
    return playlist


def store_chunks(rungs: tuple[RenditionWriter, ...], numbers: range) -> None:
    for number in numbers:
        for writer in rungs:
            writer.write(encoded(writer.rung, number))


def test_nothing_plays_before_every_rung_has_its_first_chunk(
    storage: Watched, rungs: tuple[RenditionWriter, ...], playlists: GrowingPlaylists
) -> None:
    playlists.advance()
    rungs[0].write(encoded(rungs[0].rung, 0))
    rungs[0].write(encoded(rungs[0].rung, 1))
    playlists.advance()
    assert not [key for key in storage.order if key.endswith(".m3u8") or key == "announced"]
    rungs[1].write(encoded(rungs[1].rung, 0))
    playlists.advance()
    assert [len(listed(storage, rung).segments) for rung in (LOW, HIGH)] == [1, 1]
    assert storage.order[-1] == "announced"


def test_what_is_listed_went_in_first(
    storage: Watched, rungs: tuple[RenditionWriter, ...], playlists: GrowingPlaylists
) -> None:
    store_chunks(rungs, range(1))
    playlists.advance()
    for rung in (LOW, HIGH):
        playlist = storage.position(WHERE.growing_key(playlist_name(rung)))
        assert storage.position(WHERE.key(segment_name(rung, 0))) < playlist
        assert storage.position(WHERE.growing_key(init_name(rung))) < playlist
        assert playlist < storage.position(WHERE.growing_key(layout.MULTIVARIANT))


def test_playlists_grow_and_never_change_what_they_list(
    storage: Watched, rungs: tuple[RenditionWriter, ...], playlists: GrowingPlaylists
) -> None:
    seen = []
    for number in range(4):
        store_chunks(rungs, range(number, number + 1))
        playlists.advance()
        seen.append(listed(storage, HIGH))
    assert [len(playlist.segments) for playlist in seen] == [1, 11, 21, 25]
    for before, after in pairwise(seen):
        assert after.segments[: len(before.segments)] == before.segments
    assert {playlist.playlist_type for playlist in seen} == {PlaylistType.EVENT}
    assert not any(playlist.end_list for playlist in seen)
    assert storage.order.count("announced") == 1
    assert storage.order.count(WHERE.growing_key(layout.MULTIVARIANT)) == 1


def test_nothing_is_written_where_nothing_is_new(
    storage: Watched, rungs: tuple[RenditionWriter, ...], playlists: GrowingPlaylists
) -> None:
    store_chunks(rungs, range(2))
    playlists.advance()
    before = list(storage.order)
    rungs[0].write(encoded(rungs[0].rung, 2))
    playlists.advance()
    assert [key for key in storage.order if key.endswith(".m3u8")] == [
        key for key in before if key.endswith(".m3u8")
    ]


def test_the_initialization_section_leaves_the_end_open(
    storage: Watched, rungs: tuple[RenditionWriter, ...], playlists: GrowingPlaylists
) -> None:
    store_chunks(rungs, range(1))
    playlists.advance()
    init = read_init(storage.read(WHERE.growing_key(init_name(LOW))) or b"")
    (track,) = init.tracks
    (edit,) = track.edits
    assert edit == Edit(0, 1024)
    assert track.loudness is None


def test_a_bound_that_is_exceeded_is_raised(
    storage: Watched, rungs: tuple[RenditionWriter, ...], playlists: GrowingPlaylists
) -> None:
    store_chunks(rungs, range(1))
    playlists.advance()
    bounds = {one.uri: one.bandwidth_bps for one in multivariant(storage).variants}
    for writer in rungs:
        chunk = encoded(writer.rung, 1)
        if writer.rung.name == LOW:
            chunk = EncodedChunk(chunk.rung, chunk.cut, tuple(unit * 2 for unit in chunk.units), 1)
        writer.write(chunk)
    playlists.advance()
    raised = {one.uri: one.bandwidth_bps for one in multivariant(storage).variants}
    assert raised[playlist_name(HIGH)] == bounds[playlist_name(HIGH)]
    assert raised[playlist_name(LOW)] > 256_000 > bounds[playlist_name(LOW)]


@pytest.mark.parametrize(
    ("seconds_a_chunk", "at_the_end"), [(0.0, [631, 651, 651, 671]), (6.0, [641, 651, 661, 671])]
)
def test_beyond_an_hour_playlists_wait_for_a_noticeable_part_but_never_long(
    storage: Watched,
    rungs: tuple[RenditionWriter, ...],
    seconds_a_chunk: float,
    at_the_end: list[int],
) -> None:
    timeline = Timeline(LADDER, 0, 258 * 1024 * 1_300)
    writer = rungs[0]
    now_s = 0.0
    playlists = GrowingPlaylists(
        PLAN, rungs[:1], Publication(storage, WHERE), lambda: None, lambda: now_s
    )
    lengths = []
    for number in range(130):
        now_s += seconds_a_chunk
        cut = timeline.chunk(number)
        units = (b"x",) * (cut.end_frame - cut.first_frame)
        writer.write(EncodedChunk(writer.rung, cut, units, 1))
        playlists.advance()
        playlist = storage.read(WHERE.growing_key(playlist_name(LOW))) or b""
        lengths.append(playlist.count(b"#EXTINF"))
    stored = range(1, 1_300, 10)
    assert lengths[:64] == list(stored)[:64]
    assert lengths[64:68] == at_the_end
    assert lengths == sorted(lengths)
    assert all(length >= there * 0.97 for length, there in zip(lengths, stored, strict=True))


def test_another_run_takes_up_where_one_ended(storage: Watched) -> None:
    write(storage, range(2))
    storage.order.clear()
    recorded = recorded_chunks(storage, WHERE, LADDER)
    publication = Publication(storage, WHERE)
    rungs = writers(publication, recorded)
    playlists = GrowingPlaylists(PLAN, rungs, publication, lambda: storage.put("announced", b""))
    playlists.advance()
    assert len(listed(storage, LOW).segments) == 11
    store_chunks(rungs, range(2, 4))
    playlists.advance()
    publication.complete(index_of(rungs))
    assert len(listed(storage, LOW).segments) == 25
    assert WHERE.key(segment_name(LOW, 10)) not in storage.order
    assert WHERE.key(segment_name(LOW, 11)) in storage.order


def test_a_run_that_is_behind_never_shortens_a_playlist(
    storage: Watched, rungs: tuple[RenditionWriter, ...], playlists: GrowingPlaylists
) -> None:
    store_chunks(rungs, range(3))
    playlists.advance()
    behind = writers(Publication(storage, WHERE))
    others = GrowingPlaylists(PLAN, behind, Publication(storage, WHERE), lambda: None)
    lengths = []
    for number in range(4):
        store_chunks(behind, range(number, number + 1))
        others.advance()
        lengths.append([len(listed(storage, rung).segments) for rung in (LOW, HIGH)])
    assert lengths == [[21, 21]] * 3 + [[25, 25]]


def test_a_run_that_is_behind_leaves_the_end_that_another_has_written(
    storage: Watched, rungs: tuple[RenditionWriter, ...], playlists: GrowingPlaylists
) -> None:
    store_chunks(rungs, range(4))
    playlists.advance()
    end_playlists(Publication(storage, WHERE), index_of(rungs))
    behind = writers(Publication(storage, WHERE))
    store_chunks(behind, range(2))
    GrowingPlaylists(PLAN, behind, Publication(storage, WHERE), lambda: None).advance()
    assert listed(storage, LOW).end_list


def test_the_end_lists_everything_and_says_so(
    storage: Watched, rungs: tuple[RenditionWriter, ...], playlists: GrowingPlaylists
) -> None:
    store_chunks(rungs, range(3))
    playlists.advance()
    before = listed(storage, HIGH)
    store_chunks(rungs, range(3, 4))
    end_playlists(Publication(storage, WHERE), index_of(rungs))
    after = listed(storage, HIGH)
    assert after.end_list
    assert after.segments[:21] == before.segments
    assert len(after.segments) == 25


@pytest.mark.parametrize(
    "samples", [1, 258 * 1024 - 1500, 258 * 1024, SAMPLES - 800_000, SAMPLES - 7, SAMPLES + 30_000]
)
def test_however_long_it_turns_out_only_what_is_there_is_listed(
    storage: Watched,
    rungs: tuple[RenditionWriter, ...],
    playlists: GrowingPlaylists,
    samples: int,
) -> None:
    line = Timeline(LADDER, TIMELINE.padding_ticks, samples)
    for cut in map(line.chunk, range(line.chunk_count)):
        for writer in rungs:
            frames = (b"frame",) * (cut.end_frame - cut.first_frame)
            writer.write(EncodedChunk(writer.rung, cut, frames, 1))
            playlists.advance()
        for rung in (LOW, HIGH):
            names = [segment.uri.rpartition("/")[2] for segment in listed(storage, rung).segments]
            assert names
            assert all(storage.read(WHERE.key(f"{rung}/{name}")) for name in names)
    end_playlists(Publication(storage, WHERE), index_of(rungs))
    for rung in (LOW, HIGH):
        playlist = listed(storage, rung)
        assert playlist.end_list
        assert len(playlist.segments) == line.segment_count
        heard_s = sum(segment.duration_s for segment in playlist.segments)
        assert float(heard_s) == pytest.approx(samples / LADDER.sample_rate_hz, abs=1e-3)


def test_playlists_that_were_collected_do_not_come_back(storage: Watched) -> None:
    write(storage, range(4))
    rungs = writers(Publication(storage, WHERE), recorded_chunks(storage, WHERE, LADDER))
    storage.delete_all(storage.sizes_bytes(WHERE.growing_prefix))
    end_playlists(Publication(storage, WHERE), index_of(rungs))
    assert storage.sizes_bytes(WHERE.growing_prefix) == {}
