"""Rules across renditions, on what variants declare, and on bit rates."""

from dataclasses import replace
from decimal import Decimal

import pytest

from manifests.bandwidth import average_bandwidth_bps, peak_bandwidth_bps
from manifests.media import Media, MediaType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.validate import bandwidth, codecs, rungs
from manifests.validate.measured import Rendition
from manifests.validate.presentation import Presentation, tracks
from manifests.validate.written import Written
from manifests.variant import Variant
from tests.unit.manifests.validate.cases import identifiers
from tests.unit.manifests.validate.renditions import (
    playlist,
    rendition,
    saying,
    shifted,
    with_segment,
)

LOW, HIGH = rendition(), rendition(frame_bytes=743)


def rates(found: Rendition) -> tuple[int, int]:
    sizes = [
        (measured.size_bytes, segment.duration_s)
        for measured, segment in zip(found.segments, found.playlist.segments, strict=True)
        if measured
    ]
    return peak_bandwidth_bps(sizes, 6), average_bandwidth_bps(sizes)


def variant(uri: str, found: Rendition, **changes: object) -> Variant:
    peak_bps, average_bps = rates(found)
    declared = Variant(
        uri=uri,
        bandwidth_bps=peak_bps,
        average_bandwidth_bps=average_bps,
        codecs=("mp4a.40.2",),
    )
    return replace(declared, **changes)  # type: ignore[arg-type]  # by name


def presentation(
    low: Rendition = LOW,
    high: Rendition = HIGH,
    *,
    declared: Variant | None = None,
    media: tuple[Media, ...] = (),
    independent_segments: bool = True,
    **others: Rendition,
) -> Presentation:
    variants = (declared or variant("low", LOW), variant("high", HIGH))
    said = MultivariantPlaylist(variants, media, independent_segments=independent_segments)
    return Presentation(Written(said), {"low": low, "high": high, **others})


def judge(found: Presentation) -> list[str]:
    return [
        finding.rule
        for rules in (rungs.RULES, codecs.RULES, bandwidth.RULES)
        for finding in rules.check(found, "multivariant.m3u8")
    ]


def media(uri: str | None = "voice", **changes: object) -> Media:
    found = Media(MediaType.AUDIO, "a", "Voice", uri, channels="2")
    return replace(found, **changes)  # type: ignore[arg-type]  # by name


def growing(found: Rendition, count: int) -> Rendition:
    said = found.playlist
    cut = replace(said, end_list=False, segments=said.segments[:count])
    return replace(saying(found, cut), segments=found.segments[:count])


FEWER = rendition((258, 344))
LATE = saying(HIGH, replace(playlist(), target_duration_s=7))
BROKEN_UP = saying(HIGH, with_segment(playlist(), 1, discontinuity=True))
DEPENDENT = saying(HIGH, replace(playlist(), independent_segments=False))


def alone(found: Rendition) -> Presentation:
    said = MultivariantPlaylist((variant("only", found),), independent_segments=True)
    return Presentation(Written(said), {"only": found})


def spiky() -> Presentation:
    """Return a presentation whose first variant has one heavy segment among light ones."""
    light = rendition((258,) * 6, frame_bytes=100)
    heavy = rendition((258,) * 6, frame_bytes=900)
    mixed = replace(light, segments=(*light.segments[:3], heavy.segments[3], *light.segments[4:]))
    found = alone(mixed)
    low = variant("low", LOW)
    # A light variant beside it keeps the lowest BANDWIDTH within reach of cellular networks.
    said = MultivariantPlaylist((*found.playlist.variants, low), independent_segments=True)
    return Presentation(Written(said), {"only": mixed})


def quiet_end(*, heavy: int = 0) -> Presentation:
    """Return five loud segments before eleven of digital silence.

    So many of the loud ones are three times as heavy as the others.
    """
    frames = (258,) * 16
    loud, silent = rendition(frames, frame_bytes=120), rendition(frames, frame_bytes=6)
    triple = rendition(frames, frame_bytes=3 * 120)
    segments = (*triple.segments[:heavy], *loud.segments[heavy:5], *silent.segments[5:])
    return alone(replace(silent, segments=segments))


def unread(declared: Variant) -> Presentation:
    """Return a presentation of one variant, whose segments nobody has seen."""
    return Presentation(Written(MultivariantPlaylist((declared,), independent_segments=True)), {})


def loose(peak_bps: int, average_bps: int | None) -> Variant:
    return variant("low", LOW, bandwidth_bps=peak_bps, average_bandwidth_bps=average_bps)


BREAKS = [
    ("HLS-RUNGS-TARGETDURATION", presentation(high=LATE)),
    ("HLS-RUNGS-BOUNDARIES", presentation(LOW, rendition((258, 258, 86, 9), frame_bytes=743))),
    ("HLS-RUNGS-BOUNDARIES", presentation(high=rendition((257, 259, 86), frame_bytes=743))),
    ("HLS-RUNGS-TIMESTAMPS", presentation(high=shifted(HIGH, 1, 45))),
    ("HLS-RUNGS-DISCONTINUITIES", presentation(high=BROKEN_UP)),
    ("HLS-INDEPENDENT-SEGMENTS", presentation(high=DEPENDENT, independent_segments=False)),
    ("HLS-INDEPENDENT-SEGMENTS", presentation(independent_segments=False)),
    ("HLS-RUNGS-INDEPENDENT-SEGMENTS", presentation(high=DEPENDENT)),
    ("HLS-CODECS-WRONG", presentation(declared=variant("low", LOW, codecs=("mp4a.40.5",)))),
    (
        "HLS-CODECS-WRONG",
        presentation(declared=variant("low", LOW, codecs=("mp4a.40.2", "avc1.64001f"))),
    ),
    ("HLS-CHANNELS-WRONG", presentation(media=(media("low", channels="6"),))),
    ("HLS-BANDWIDTH", presentation(declared=variant("low", LOW, bandwidth_bps=110_000))),
    ("HLS-BANDWIDTH", presentation(declared=variant("low", LOW, bandwidth_bps=150_000))),
    (
        "HLS-AVERAGE-BANDWIDTH",
        presentation(declared=variant("low", LOW, average_bandwidth_bps=110_000)),
    ),
    ("HLS-PEAK-TO-AVERAGE", spiky()),
    ("HLS-PEAK-TO-AVERAGE", quiet_end(heavy=1)),
    ("HLS-DECLARED-PEAK-TO-AVERAGE", unread(loose(190_001, 95_000))),
    ("HLS-DECLARED-PEAK-TO-AVERAGE", unread(loose(128_000, 0))),
    ("HLS-NO-CELLULAR-VARIANT", alone(rendition(frame_bytes=600))),
]


def test_nothing_is_found_in_a_valid_presentation() -> None:
    assert judge(presentation()) == []


@pytest.mark.parametrize(("rule", "found"), BREAKS)
def test_a_defect_is_found(rule: str, found: Presentation) -> None:
    told = judge(found)
    assert rule in told
    # Boundaries that differ put decode times apart, too.
    assert set(told) - {rule} <= {"HLS-RUNGS-TIMESTAMPS"}


@pytest.mark.parametrize(
    "found",
    [
        quiet_end(),
        unread(loose(190_000, 95_000)),
        unread(loose(190_001, None)),
        presentation(growing(LOW, 2), growing(HIGH, 3)),
        presentation(declared=variant("low", LOW, codecs=())),
        presentation(declared=variant("low", LOW, average_bandwidth_bps=None)),
        presentation(declared=variant("low", LOW, codecs=("MP4A.40.2",))),
        presentation(declared=variant("low", LOW, bandwidth_bps=rates(LOW)[0] * 108 // 100)),
        presentation(declared=variant("low", LOW, audio="a"), media=(media("low"),)),
        presentation(media=(media("low", channels=None), media(None), media("nowhere"))),
        presentation(media=(media("low", channels="2/-/JOC"),)),
        presentation(shifted(LOW, 1, 44)),
        alone(rendition((3,), frame_bytes=600)),
        presentation(
            declared=variant("low", LOW, codecs=("mp4a.40.2", "wvtt"), subtitles="s"),
        ),
    ],
)
def test_what_only_looks_like_a_defect_is_left_alone(found: Presentation) -> None:
    assert judge(found) == []


def test_rungs_that_could_not_be_read_are_left_out() -> None:
    whole = presentation()
    assert judge(replace(whole, renditions={})) == []
    assert judge(replace(whole, renditions={"high": HIGH})) == []


def test_an_excess_that_is_only_declared_is_found_where_segments_are_light() -> None:
    peak_bps, average_bps = rates(LOW)
    told = judge(presentation(declared=loose(3 * peak_bps, average_bps)))
    assert told == ["HLS-BANDWIDTH", "HLS-DECLARED-PEAK-TO-AVERAGE", "HLS-NO-CELLULAR-VARIANT"]


def test_a_live_stream_may_peak_as_it_likes() -> None:
    declared = loose(150_000, 50_000)
    assert judge(presentation(growing(LOW, 3), growing(HIGH, 3), declared=declared)) == []


def test_a_defect_is_told_once_where_no_playlist_says_that_segments_are_independent() -> None:
    found = presentation(high=DEPENDENT, independent_segments=False)
    (finding,) = rungs.RULES.check(found, "multivariant.m3u8")
    assert "in high" in finding.message


def test_nothing_is_weighed_before_everything_has_been_read() -> None:
    wrong = variant("low", LOW, bandwidth_bps=1)
    partial = replace(LOW, segments=(*LOW.segments[:2], None))
    assert judge(presentation(partial, declared=wrong)) == []
    assert judge(presentation(growing(LOW, 3), growing(HIGH, 3), declared=wrong)) == []


def test_a_segment_of_no_duration_is_not_weighed() -> None:
    said = with_segment(LOW.playlist, 2, duration_s=Decimal(0))
    found = presentation(saying(LOW, said), declared=variant("low", LOW, bandwidth_bps=1))
    assert "HLS-BANDWIDTH" not in judge(found)


def test_bandwidth_is_that_of_the_heaviest_combination() -> None:
    group = (media("soft"), media("loud", name="Loud"))
    peak_bps, average_bps = (a + b for a, b in zip(rates(LOW), rates(HIGH), strict=True))
    declared = variant(
        "low", LOW, audio="a", bandwidth_bps=peak_bps, average_bandwidth_bps=average_bps
    )
    found = presentation(declared=declared, media=group, soft=LOW, loud=HIGH)
    assert judge(found) == ["HLS-NO-CELLULAR-VARIANT"]
    itself = replace(declared, bandwidth_bps=rates(LOW)[0])
    wrong = presentation(declared=itself, media=group, soft=LOW, loud=HIGH)
    assert "HLS-BANDWIDTH" in judge(wrong)


def test_codecs_of_every_rendition_of_the_group_are_named() -> None:
    declared = variant("low", LOW, audio="a", codecs=("avc1.64001f",), bandwidth_bps=300_000)
    found = presentation(declared=declared, media=(media("voice"),), voice=HIGH)
    assert "HLS-CODECS-WRONG" in judge(found)


def test_pictures_are_compared_by_their_sample_entry() -> None:
    (track,) = tracks(LOW)
    picture = replace(track, media="vide", codec="avc1")
    (init, section), *_ = LOW.sections.items()
    assert section.facts is not None
    both = replace(section, facts=replace(section.facts, tracks=(track, picture)))
    low = replace(LOW, sections={init: both})
    assert judge(presentation(low)) == ["HLS-CODECS-WRONG"]
    declared = variant("low", LOW, codecs=("mp4a.40.2", "avc1.64001f"))
    assert judge(presentation(low, declared=declared)) == []


def test_pictures_and_sound_need_not_end_their_segments_together() -> None:
    (init, section), *_ = HIGH.sections.items()
    assert section.facts is not None
    (track,) = section.facts.tracks
    picture = replace(track, media="vide", codec="avc1")
    pictured = replace(section, facts=replace(section.facts, tracks=(picture,)))
    uneven = replace(rendition((200, 316, 86), frame_bytes=743), sections={init: pictured})
    said = presentation(LOW, uneven).playlist.variants
    high = replace(said[1], codecs=("avc1.64001f",))
    told = judge(
        Presentation(
            Written(MultivariantPlaylist((said[0], high), independent_segments=True)),
            {"low": LOW, "high": uneven},
        )
    )
    assert not {"HLS-RUNGS-BOUNDARIES", "HLS-RUNGS-TIMESTAMPS"} & set(told)


def test_codecs_of_unreadable_segments_are_not_doubted() -> None:
    low = replace(LOW, sections={})
    assert judge(presentation(low, declared=variant("low", LOW, codecs=("avc1.64001f",)))) == []


def test_subtitles_need_not_keep_step() -> None:
    subtitles = media("text", type=MediaType.SUBTITLES)
    assert judge(presentation(media=(subtitles,), text=FEWER)) == []


def test_every_rule_has_a_defect_here() -> None:
    seeded = {rule for rule, _ in BREAKS}
    assert seeded == identifiers(rungs.RULES, codecs.RULES, bandwidth.RULES)


def test_a_lossless_variant_may_peak_as_its_sound_does() -> None:
    light = rendition((258,) * 6, frame_bytes=100)
    heavy = rendition((258,) * 6, frame_bytes=900)
    mixed = replace(light, segments=(*light.segments[:3], heavy.segments[3], *light.segments[4:]))
    variants = (variant("mixed", mixed, codecs=("fLaC",)), variant("low", LOW))
    said = MultivariantPlaylist(variants, independent_segments=True)
    found = Presentation(Written(said), {"mixed": mixed, "low": LOW})
    rules = [finding.rule for finding in bandwidth.RULES.check(found, "multivariant.m3u8")]
    assert rules == []
