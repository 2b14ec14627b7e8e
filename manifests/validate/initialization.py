"""Rules on an initialization section (RFC 8216 §3.3)."""

from collections.abc import Iterator
from typing import Final

from manifests.boxes import InitFacts
from manifests.boxes.handler import SOUND
from manifests.validate.finding import Severity
from manifests.validate.measured import MeasuredSection
from manifests.validate.rule import RuleSet, Violation

SECTION: Final = "RFC 8216 §3.3"
_ISO_6: Final = frozenset({"iso6", "iso7", "iso8", "iso9", "isoa", "isob", "isoc", "cmfc", "cmf2"})

RULES: Final[RuleSet[MeasuredSection]] = RuleSet()


def _facts(section: MeasuredSection) -> Iterator[InitFacts]:
    """Yield the facts, if there are any."""
    if section.facts is not None:
        yield section.facts


@RULES.rule(
    "BMFF-INIT-BROKEN",
    Severity.ERROR,
    SECTION,
    "The boxes of an initialization section can be walked, and one of them is a movie.",
)
def _can_be_walked(section: MeasuredSection) -> Iterator[Violation]:
    if section.problem is not None:
        yield Violation(f"its boxes are broken: {section.problem}")


@RULES.rule(
    "BMFF-INIT-BRAND",
    Severity.ERROR,
    SECTION,
    "An initialization section begins with ftyp and a brand of iso6 or later.",
)
def _has_a_brand(section: MeasuredSection) -> Iterator[Violation]:
    for facts in _facts(section):
        if facts.major_brand is None:
            yield Violation("it has no ftyp box")
        elif _ISO_6.isdisjoint({facts.major_brand, *facts.brands}):
            brands = ", ".join((facts.major_brand, *facts.brands))
            yield Violation(f"none of its brands ({brands}) is iso6 or later")


@RULES.rule(
    "BMFF-INIT-DURATION",
    Severity.ERROR,
    SECTION,
    "The durations of mvhd and tkhd are zero: the media comes in fragments.",
)
def _headers_have_no_duration(section: MeasuredSection) -> Iterator[Violation]:
    for facts in _facts(section):
        if facts.mvhd_duration_ticks:
            yield Violation(f"mvhd has a duration of {facts.mvhd_duration_ticks}, not 0")
        for track in facts.tracks:
            if track.tkhd_duration_ticks:
                yield Violation(
                    f"tkhd of track {track.track_id} has a duration of "
                    f"{track.tkhd_duration_ticks}, not 0"
                )


@RULES.rule(
    "BMFF-INIT-SAMPLES",
    Severity.ERROR,
    SECTION,
    "An initialization section holds no samples.",
)
def _has_no_samples(section: MeasuredSection) -> Iterator[Violation]:
    for facts in _facts(section):
        for track in facts.tracks:
            if track.sample_count:
                yield Violation(f"track {track.track_id} has {track.sample_count} samples in moov")


@RULES.rule(
    "BMFF-INIT-MVEX",
    Severity.ERROR,
    SECTION,
    "The mvex box, which announces fragments, follows the last track.",
)
def _announces_fragments(section: MeasuredSection) -> Iterator[Violation]:
    for facts in _facts(section):
        if not facts.has_movie_extends:
            yield Violation("mvex is missing: players do not expect fragments")
        elif not facts.movie_extends_is_last:
            yield Violation("mvex does not follow the last track")


@RULES.rule(
    "BMFF-INIT-EXTERNAL-DATA",
    Severity.ERROR,
    SECTION,
    "Media lies in the segments, not in other files.",
)
def _is_self_contained(section: MeasuredSection) -> Iterator[Violation]:
    for facts in _facts(section):
        for track in facts.tracks:
            if not track.self_contained:
                yield Violation(f"track {track.track_id} refers to data in another file")


@RULES.rule(
    "BMFF-INIT-TIMESCALE",
    Severity.ERROR,
    "ISO/IEC 14496-12 §8.4.2",
    "A track's timescale is a number of ticks in a second.",
)
def _clocks_tick(section: MeasuredSection) -> Iterator[Violation]:
    for facts in _facts(section):
        for track in facts.tracks:
            if not track.timescale:
                yield Violation(f"track {track.track_id} has a timescale of 0")


@RULES.rule(
    "BMFF-INIT-SOUND-TRACKS",
    Severity.ERROR,
    "Apple HLS authoring 2.17",
    "A segment holds one audio stream.",
)
def _has_one_sound_track(section: MeasuredSection) -> Iterator[Violation]:
    for facts in _facts(section):
        count = sum(track.media == SOUND for track in facts.tracks)
        if count > 1:
            yield Violation(f"it has {count} audio tracks")
        elif not facts.tracks:
            yield Violation("it has no track")


@RULES.rule(
    "BMFF-INIT-LOUDNESS",
    Severity.INFO,
    "Apple HLS authoring 2.19",
    "The loudness is in a ludt box.",
)
def _says_its_loudness(section: MeasuredSection) -> Iterator[Violation]:
    for facts in _facts(section):
        if facts.sound is not None and facts.sound.loudness is None:
            yield Violation("there is no loudness box: players cannot level it with other content")
