from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest

from manifests.chapters import EPOCH, Chapter, date_ranges, hls_json, podcast_json
from manifests.errors import ManifestError
from manifests.index import Index, Loudness, SegmentRecord
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from manifests.presentation import documents, media_playlist, mpd, multivariant_playlist
from tests.unit.manifests.revisions import LADDER, index

RENDITION = index().renditions[0]
SECOND = RENDITION.segments[1]


def session_data(revision: Index) -> dict[str, str | None]:
    found = multivariant_playlist(revision).session_data
    return {data.data_id.removeprefix("io.soundbridge."): data.value for data in found}


def test_a_revision_has_a_playlist_for_each_rung_one_above_them_and_an_mpd() -> None:
    found = documents(index())

    assert set(found) == {
        "multivariant.m3u8",
        "manifest.mpd",
        *(f"{rung}/playlist.m3u8" for rung in LADDER),
    }
    assert found == documents(index())


def test_the_playlists_parse_to_what_was_written() -> None:
    revision = index()
    found = documents(revision)

    assert parse_playlist(found["multivariant.m3u8"]) == multivariant_playlist(revision)
    for rendition in revision.renditions:
        parsed = parse_playlist(found[f"{rendition.rung}/playlist.m3u8"])
        assert parsed == media_playlist(revision, rendition)


def test_a_media_playlist_is_complete_and_its_uris_are_relative_to_it() -> None:
    revision = index()
    playlist = media_playlist(revision, revision.renditions[0])

    assert playlist.playlist_type is PlaylistType.VOD
    assert playlist.end_list
    assert playlist.independent_segments
    assert [segment.uri for segment in playlist.segments[:2]] == ["00000.m4s", "00001.m4s"]
    assert {segment.init.uri for segment in playlist.segments if segment.init} == {"init.mp4"}
    assert sum(segment.duration_s for segment in playlist.segments) == 20


def test_all_rungs_have_the_same_boundaries() -> None:
    revision = index(48_000 * 61 + 7, rate_hz=48_000)
    playlists = [media_playlist(revision, rendition) for rendition in revision.renditions]

    for one, other in pairwise(playlists):
        assert one.segments == other.segments
        assert one.target_duration_s == other.target_duration_s


def test_the_first_variant_is_the_best_within_reach_of_anyone() -> None:
    variants = multivariant_playlist(index()).variants
    assert [variant.stable_variant_id for variant in variants] == ["256k", "128k", "320k"]
    assert variants[0].uri == "256k/playlist.m3u8"


@pytest.mark.parametrize(
    ("ladder", "order"),
    [
        ({"320k": 320_000}, ["320k"]),
        ({"128k": 128_000}, ["128k"]),
        ({"320k": 320_000, "128k": 128_000}, ["128k", "320k"]),
    ],
)
def test_a_shorter_ladder_has_a_first_variant_too(ladder: dict[str, int], order: list[str]) -> None:
    variants = multivariant_playlist(index(ladder=ladder)).variants
    assert [variant.stable_variant_id for variant in variants] == order


def test_scores_rise_with_the_bit_rate_and_bandwidths_are_the_measured_ones() -> None:
    revision = index()
    by_id = {one.stable_variant_id: one for one in multivariant_playlist(revision).variants}

    assert [by_id[rung].score for rung in LADDER] == [Decimal(1), Decimal(2), Decimal(3)]
    for rendition in revision.renditions:
        variant = by_id[rendition.rung]
        assert variant.bandwidth_bps == rendition.bandwidth_bps
        assert variant.average_bandwidth_bps == rendition.average_bandwidth_bps
        assert variant.codecs == ("mp4a.40.2",)


def test_loudness_and_names_are_session_data() -> None:
    assert session_data(index()) == {
        "title": "Nachtstück",
        "artist": "R. Schumann",
        "loudness.integrated-lufs": "-14.20",
        "loudness.range-lu": "5.12",
        "loudness.true-peak-dbtp": "-1.00",
    }


def test_what_is_unknown_is_not_said() -> None:
    silent = index(tags={"album": " "}, loudness=Loudness(None, None, None))
    assert multivariant_playlist(silent).session_data == ()
    assert mpd(silent).title is None


def test_a_title_cannot_become_syntax() -> None:
    title = 'The "End"\n#EXT-X-ENDLIST <&> \u0065\u0301\ufffe'
    revision = index(tags={"title": title, "language": "Deutsch"})

    assert session_data(revision)["title"] == "The 'End' #EXT-X-ENDLIST <&> \u00e9"
    text = mpd(revision).render()
    assert '<Title>The "End" #EXT-X-ENDLIST &lt;&amp;&gt; \u00e9</Title>' in text
    assert "lang=" not in text


CHAPTERS = (Chapter("Eins", 0, 441_000), Chapter("", 441_000, 441_000))


def test_chapters_are_date_ranges_of_a_sound_that_has_a_date() -> None:
    revision = index(chapters=CHAPTERS)
    found = documents(revision)
    for rendition in revision.renditions:
        parsed = parse_playlist(found[f"{rendition.rung}/playlist.m3u8"])
        assert isinstance(parsed, MediaPlaylist)
        assert parsed == media_playlist(revision, rendition)
        assert parsed.date_ranges == date_ranges(CHAPTERS, 44_100)
        assert [one.program_date_time for one in parsed.segments] == [EPOCH, None, None, None]


def test_chapters_are_json_that_the_multivariant_playlist_names() -> None:
    revision = index(chapters=CHAPTERS)
    found = documents(revision)
    assert found["chapters.json"] == podcast_json(CHAPTERS, 44_100)
    assert found["hls-chapters.json"] == hls_json(CHAPTERS, 44_100, "de")
    moved = multivariant_playlist(revision).with_uri_prefix("a/b/")
    (named,) = [data for data in moved.session_data if data.data_id == "com.apple.hls.chapters"]
    assert (named.uri, named.value, named.format) == ("a/b/hls-chapters.json", None, "JSON")


def test_without_chapters_there_are_no_dates() -> None:
    assert b"DATE" not in documents(index())["128k/playlist.m3u8"]


def test_a_tag_with_a_language_is_the_sounds_language() -> None:
    assert 'lang="de"' in mpd(index()).render()


def test_the_mpd_has_the_same_segments_as_the_playlists() -> None:
    revision = index(44_100 * 20 + 1)
    described = mpd(revision)

    assert [one.id for one in described.representations] == list(LADDER)
    assert sum(described.durations_ticks) == revision.samples
    assert described.durations_ticks == tuple(
        segment.duration_ticks for segment in revision.renditions[0].segments
    )


def test_ten_milliseconds_are_a_presentation() -> None:
    found = documents(index(441))
    playlist = parse_playlist(found["128k/playlist.m3u8"])
    assert isinstance(playlist, MediaPlaylist)
    assert [segment.duration_s for segment in playlist.segments] == [Decimal("0.010000")]
    assert b"PT0.010000S" in found["manifest.mpd"]


def test_no_renditions_make_an_empty_presentation() -> None:
    empty = replace(index(), renditions=())
    assert multivariant_playlist(empty).variants == ()
    assert mpd(empty).durations_ticks == ()


def test_a_segment_beyond_the_target_duration_is_refused() -> None:
    revision = replace(index(), target_duration_s=5)
    with pytest.raises(ManifestError, match="longer than the target duration of 5 s"):
        documents(revision)


def test_renditions_with_other_boundaries_are_refused() -> None:
    short, long = index(44_100), index(44_101)
    mixed = replace(short, renditions=(short.renditions[0], long.renditions[1]))
    with pytest.raises(ManifestError, match="do not begin at the same samples"):
        mpd(mixed)


@pytest.mark.parametrize(
    ("torn", "message"),
    [
        (replace(SECOND, start_ticks=7), "does not begin where"),
        (replace(SECOND, name="128k/7.m4s"), "is not the name of segment 1"),
    ],
)
def test_segments_with_a_gap_or_another_name_are_refused(torn: SegmentRecord, message: str) -> None:
    revision = index()
    first, _, *rest = RENDITION.segments
    rendition = replace(RENDITION, segments=(first, torn, *rest))
    with pytest.raises(ManifestError, match=message):
        media_playlist(revision, rendition)


def test_an_entry_playlist_one_level_up_finds_the_same_media_playlists() -> None:
    moved = multivariant_playlist(index()).with_uri_prefix("a/b/")
    parsed = parse_playlist(moved.render().encode())
    assert isinstance(parsed, MultivariantPlaylist)
    assert parsed.variants[0].uri == "a/b/256k/playlist.m3u8"
