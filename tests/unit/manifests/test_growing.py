from dataclasses import replace
from itertools import pairwise
from typing import Any
from urllib.parse import urljoin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manifests.errors import ManifestError
from manifests.growing import (
    ProvisionalRendition,
    bandwidth_bound_bps,
    media_playlist,
    multivariant_playlist,
    provisional_renditions,
)
from manifests.index import RenditionRecord, SegmentRecord
from manifests.layout import Revision, playlist_name
from manifests.media_playlist import MediaPlaylist
from manifests.parse import parse_playlist
from manifests.presentation import media_playlist as complete_playlist
from manifests.presentation import multivariant_playlist as final_playlist
from manifests.rendition import Codec, Rung
from tests.unit.manifests.revisions import index

WHERE = Revision("asset", "r1")
RUNGS = (Rung("128k", 128_000), Rung("256k", 256_000), Rung("320k", 320_000))
RATE_HZ = 44_100
REVISION = index()
SEGMENTS = REVISION.renditions[0].segments


def growing(count: int, *, ended: bool = False) -> MediaPlaylist:
    return listed(SEGMENTS[:count], ended=ended)


def listed(
    segments: tuple[SegmentRecord, ...], *, rate_hz: int = RATE_HZ, ended: bool = False
) -> MediaPlaylist:
    return media_playlist(
        WHERE, "128k", segments, sample_rate_hz=rate_hz, target_duration_s=6, ended=ended
    )


def provisional(rungs: tuple[Rung, ...] = RUNGS) -> list[ProvisionalRendition]:
    return [ProvisionalRendition.of(rung, channels=2, sample_rate_hz=RATE_HZ) for rung in rungs]


def test_a_growing_playlist_is_an_event_that_starts_at_its_beginning() -> None:
    assert growing(2).render() == (
        "#EXTM3U\n"
        "#EXT-X-VERSION:6\n"
        "#EXT-X-INDEPENDENT-SEGMENTS\n"
        "#EXT-X-START:TIME-OFFSET=0,PRECISE=YES\n"
        "#EXT-X-TARGETDURATION:6\n"
        "#EXT-X-PLAYLIST-TYPE:EVENT\n"
        '#EXT-X-MAP:URI="init.mp4"\n'
        "#EXTINF:5.951927,\n"
        "../../../../media/asset/r1/128k/00000.m4s\n"
        "#EXTINF:5.990749,\n"
        "../../../../media/asset/r1/128k/00001.m4s\n"
    )


def test_its_segments_are_those_of_the_revision_behind_any_path_prefix() -> None:
    base = f"https://cdn.example/t/token/{WHERE.growing_key(playlist_name('128k'))}"
    found = [urljoin(base, segment.uri) for segment in growing(3).segments]
    assert found == [
        f"https://cdn.example/t/token/{WHERE.key(segment.name)}" for segment in SEGMENTS[:3]
    ]


def test_it_ends_when_nothing_more_will_come() -> None:
    assert growing(2, ended=True).render() == growing(2).render() + "#EXT-X-ENDLIST\n"


@settings(deadline=None)
@given(
    samples=st.integers(1, 100 * 48_000),
    rate_hz=st.sampled_from([44_100, 48_000]),
)
def test_only_lines_at_the_end_are_ever_added(samples: int, rate_hz: int) -> None:
    revision = index(samples, rate_hz=rate_hz)
    rendition = revision.renditions[0]
    steps = [
        listed(rendition.segments[:count], rate_hz=rate_hz)
        for count in range(1, len(rendition.segments) + 1)
    ]
    for before, after in pairwise(steps):
        assert after.render().startswith(before.render())
    final = complete_playlist(revision, rendition)
    assert [segment.duration_s for segment in steps[-1].segments] == [
        segment.duration_s for segment in final.segments
    ]


def test_it_parses_to_what_was_written() -> None:
    assert parse_playlist(growing(3).render().encode()) == growing(3)


def test_a_playlist_without_segments_is_refused() -> None:
    with pytest.raises(ManifestError, match="begins with its first segment"):
        growing(0)


def test_a_segment_beyond_the_target_duration_is_refused() -> None:
    long = replace(SEGMENTS[0], duration_ticks=7 * RATE_HZ)
    with pytest.raises(ManifestError, match="longer than the target duration"):
        listed((long,))


def test_the_variants_are_the_final_ones_but_for_their_bandwidths() -> None:
    found = multivariant_playlist(provisional())
    final = final_playlist(REVISION)

    assert [replace(one, bandwidth_bps=0, average_bandwidth_bps=0) for one in found.variants] == [
        replace(one, bandwidth_bps=0, average_bandwidth_bps=0) for one in final.variants
    ]
    assert found.independent_segments
    assert [one.average_bandwidth_bps for one in found.variants] == [256_000, 128_000, 320_000]
    assert [one.bandwidth_bps for one in found.variants] == [307_200, 153_600, 384_000]


def test_one_channel_cannot_take_more_than_its_frames_hold() -> None:
    rung = Rung("256k", 256_000)
    assert bandwidth_bound_bps(rung, channels=2, sample_rate_hz=44_100) == 307_200
    assert bandwidth_bound_bps(rung, channels=1, sample_rate_hz=44_100) == 266_667
    assert bandwidth_bound_bps(rung, channels=1, sample_rate_hz=48_000) == 290_250


@pytest.mark.parametrize(
    ("bits", "channels", "rate_hz", "bound_bps"),
    [(16, 2, 44_100, 1_467_014), (24, 2, 48_000, 2_364_750), (24, 1, 48_000, 1_162_875)],
)
def test_flac_is_bounded_by_its_samples_as_they_are(
    bits: int, channels: int, rate_hz: int, bound_bps: int
) -> None:
    rung = Rung("lossless", rate_hz * channels * bits, Codec.FLAC, bits)
    found = bandwidth_bound_bps(rung, channels=channels, sample_rate_hz=rate_hz)
    assert found == bound_bps
    assert found < 1.04 * rung.bitrate_bps + 10_000


def measured(rendition: RenditionRecord, factor: float) -> tuple[SegmentRecord, ...]:
    return tuple(
        replace(segment, size_bytes=int(segment.size_bytes * factor))
        for segment in rendition.segments
    )


def test_a_bound_stays_while_segments_keep_to_it_and_rises_where_they_do_not() -> None:
    (first, *_) = provisional()
    (record, *_) = REVISION.renditions

    kept = first.holding(measured(record, 1.1), sample_rate_hz=RATE_HZ, target_duration_s=6)
    assert kept == first

    raised = first.holding(measured(record, 1.5), sample_rate_hz=RATE_HZ, target_duration_s=6)
    assert raised.bandwidth_bps == pytest.approx(1.5 * record.bandwidth_bps, rel=1e-3)
    assert raised == replace(first, bandwidth_bps=raised.bandwidth_bps)
    again = raised.holding(record.segments, sample_rate_hz=RATE_HZ, target_duration_s=6)
    assert again == raised


def test_a_provisional_rendition_is_that_of_its_rung() -> None:
    assert provisional((Rung("128k", 128_000),)) == [
        ProvisionalRendition("128k", Codec.AAC_LC, 128_000, 153_600)
    ]


def test_the_renditions_are_read_back_from_the_playlist() -> None:
    written = provisional()
    found = provisional_renditions(multivariant_playlist(written))
    assert sorted(found, key=lambda one: one.bitrate_bps) == written


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("codecs", ("mp4a.40.2", "mp4a.40.5"), "one codec of ours"),
        ("codecs", ("opus",), "one codec of ours"),
        ("codecs", (), "one codec of ours"),
        ("stable_variant_id", None, "which rung"),
        ("average_bandwidth_bps", None, "which rung"),
    ],
)
def test_variants_of_others_are_not_ours(field: str, value: object, message: str) -> None:
    playlist = multivariant_playlist(provisional())
    changes: dict[str, Any] = {field: value}
    foreign = replace(playlist, variants=(replace(playlist.variants[0], **changes),))
    with pytest.raises(ManifestError, match=message):
        provisional_renditions(foreign)
