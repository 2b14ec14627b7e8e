from dataclasses import replace
from decimal import Decimal

import pytest

from manifests.errors import ManifestError
from manifests.index import Index
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.packed_presentation import packed_documents, packed_multivariant_playlist
from manifests.parse import parse_playlist
from tests.unit.manifests.revisions import LADDER, index, with_lossless, with_packed_audio

SAMPLES = 44_100 * 20
SILENCE_TICKS = 1024 + -SAMPLES % 1024


def media_playlist_of(revision: Index, rung: str) -> MediaPlaylist:
    playlist = parse_playlist(packed_documents(revision)[f"{rung}/packed.m3u8"])
    assert isinstance(playlist, MediaPlaylist)
    return playlist


def test_nothing_comes_of_a_revision_without_it() -> None:
    assert packed_documents(with_lossless(index())) == {}


def test_every_aac_rung_has_a_playlist_and_one_is_above_them() -> None:
    documents = packed_documents(with_packed_audio(with_lossless(index(SAMPLES))))
    assert set(documents) == {"packed.m3u8", *(f"{rung}/packed.m3u8" for rung in LADDER)}


def test_segments_have_no_initialization_section_and_the_least_version_for_it() -> None:
    playlist = media_playlist_of(with_packed_audio(index(SAMPLES)), "128k")
    assert [segment.uri for segment in playlist.segments[:2]] == ["00000.aac", "00001.aac"]
    assert all(segment.init is None for segment in playlist.segments)
    assert playlist.playlist_type is PlaylistType.VOD
    assert playlist.end_list
    assert playlist.independent_segments
    assert playlist.version == 3  # decimals in EXTINF (RFC 8216 §7)


def test_the_silence_in_front_is_counted() -> None:
    playlist = media_playlist_of(with_packed_audio(index(SAMPLES)), "128k")
    total_s = sum((segment.duration_s for segment in playlist.segments), Decimal(0))
    assert float(total_s) == pytest.approx(20 + SILENCE_TICKS / 44_100, abs=1e-6)


def test_variants_say_what_packed_audio_weighs() -> None:
    revision = with_packed_audio(with_lossless(index(SAMPLES)))
    variants = packed_multivariant_playlist(revision).variants
    assert [variant.uri for variant in variants] == [
        "256k/packed.m3u8",
        "128k/packed.m3u8",
        "320k/packed.m3u8",
    ]
    by_rung = {rendition.rung: rendition.packed for rendition in revision.renditions}
    for variant in variants:
        packed = by_rung[variant.stable_variant_id or ""]
        assert packed is not None
        assert variant.bandwidth_bps == packed.bandwidth_bps
        assert variant.average_bandwidth_bps == packed.average_bandwidth_bps
        assert variant.codecs == ("mp4a.40.2",)


def test_a_last_frame_beyond_the_target_duration_raises_it() -> None:
    revision = with_packed_audio(index(44_100 * 6))
    rendition = revision.renditions[0]
    assert rendition.packed is not None
    (segment,) = rendition.packed.segments
    longer = replace(segment, duration_ticks=round(6.51 * 44_100))
    packed = replace(rendition.packed, segments=(longer,))
    long = replace(revision, renditions=(replace(rendition, packed=packed),))
    assert media_playlist_of(long, "128k").target_duration_s == 7


def test_segments_of_another_name_are_refused() -> None:
    revision = with_packed_audio(index(SAMPLES))
    rendition = revision.renditions[0]
    assert rendition.packed is not None
    packed = replace(rendition.packed, segments=rendition.segments)
    with pytest.raises(ManifestError, match="is not the name of segment 0"):
        packed_documents(replace(revision, renditions=(replace(rendition, packed=packed),)))


def test_an_index_with_extras_survives_the_store() -> None:
    revision = with_packed_audio(with_lossless(index(SAMPLES)))
    read = Index.from_json(revision.to_json())
    assert read == revision
    assert {"128k/00000.aac", "lossless/00000.m4s"} <= set(read.objects())
    assert "lossless/00000.aac" not in read.objects()
