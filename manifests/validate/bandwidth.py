"""Rules on what variants declare of their bit rates, against what their segments weigh."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, NamedTuple

from manifests.bandwidth import average_bandwidth_bps, peak_bandwidth_bps
from manifests.validate.finding import Severity
from manifests.validate.measured import Rendition
from manifests.validate.presentation import Presentation
from manifests.validate.rule import RuleSet, Violation
from manifests.variant import Variant

TOLERANCE: Final = Fraction(1, 10)
PEAK_TO_AVERAGE: Final = 2
PEAK_TO_SILENCE: Final = 10
SILENT_BPS: Final = 16_000
"""Silence has less than that part of the peak rate, and less than this: no other sound does."""
LOSSLESS: Final = frozenset({"flac", "alac"})
CELLULAR_BPS: Final = 192_000

RULES: Final[RuleSet[Presentation]] = RuleSet()


class _Rates(NamedTuple):
    peak_bps: int
    average_bps: int
    sounding_bps: int
    """The average of what is not silence"""


class _Weighed(NamedTuple):
    variant: Variant
    line: int | None
    rates: _Rates


@RULES.rule(
    "HLS-BANDWIDTH",
    Severity.ERROR,
    "Apple HLS authoring 1.27, 9.13",
    "BANDWIDTH is within 10 % of the measured peak bit rate.",
)
def _peak_is_declared(presentation: Presentation) -> Iterator[Violation]:
    for variant, line, rates in _weigh(presentation):
        if _is_off(variant.bandwidth_bps, rates.peak_bps):
            yield Violation(
                f"{variant.uri} declares a peak of {variant.bandwidth_bps} bit/s, "
                f"its segments have {rates.peak_bps}",
                line,
            )


@RULES.rule(
    "HLS-AVERAGE-BANDWIDTH",
    Severity.ERROR,
    "Apple HLS authoring 1.26",
    "AVERAGE-BANDWIDTH is within 10 % of the measured average bit rate.",
)
def _average_is_declared(presentation: Presentation) -> Iterator[Violation]:
    for variant, line, rates in _weigh(presentation):
        declared_bps = variant.average_bandwidth_bps
        if declared_bps is not None and _is_off(declared_bps, rates.average_bps):
            yield Violation(
                f"{variant.uri} declares an average of {declared_bps} bit/s, "
                f"its segments have {rates.average_bps}",
                line,
            )


@RULES.rule(
    "HLS-PEAK-TO-AVERAGE",
    Severity.WARNING,
    "Apple HLS authoring 1.30",
    "The peak bit rate is at most 200 % of the average bit rate, silence and lossless coding "
    "left out.",
)
def _peak_is_moderate(presentation: Presentation) -> Iterator[Violation]:
    # Digital silence costs an encoder next to nothing. Music with much of it would seem to have
    # peaks, where all of the music has one rate and no network is asked for more than that.
    for variant, line, (peak_bps, _, average_bps) in _weigh(presentation):
        if _is_excessive(peak_bps, average_bps) and not _is_lossless(variant):
            yield Violation(
                f"{variant.uri} peaks at {peak_bps} bit/s, which is "
                f"{round(100 * peak_bps / average_bps)} % of its average of {average_bps}",
                line,
            )


@RULES.rule(
    "HLS-DECLARED-PEAK-TO-AVERAGE",
    Severity.WARNING,
    "Apple HLS authoring 1.30",
    "BANDWIDTH is at most 200 % of AVERAGE-BANDWIDTH, unless that comes of silence.",
)
def _declared_peak_is_moderate(presentation: Presentation) -> Iterator[Violation]:
    measured = {weighed.variant: weighed.rates for weighed in _weigh(presentation)}
    for number, variant in enumerate(presentation.playlist.variants):
        average_bps, rates = variant.average_bandwidth_bps, measured.get(variant)
        # Where the segments are like that, it is their silence, or they are judged above.
        is_true = rates is not None and _is_excessive(rates.peak_bps, rates.average_bps)
        if average_bps is None or is_true or _is_live(presentation, variant):
            continue
        if _is_excessive(variant.bandwidth_bps, average_bps):
            yield Violation(
                f"{variant.uri} declares a peak of {variant.bandwidth_bps} bit/s, which is more "
                f"than 200 % of the average of {average_bps} that it declares",
                presentation.written.line("EXT-X-STREAM-INF", number),
            )


@RULES.rule(
    "HLS-NO-CELLULAR-VARIANT",
    Severity.WARNING,
    "Apple HLS authoring 9.21",
    "The BANDWIDTH of one variant is at most 192 kbit/s, for cellular networks.",
)
def _has_a_cellular_variant(presentation: Presentation) -> Iterator[Violation]:
    peaks_bps = [variant.bandwidth_bps for variant in presentation.playlist.variants]
    # A sound of milliseconds has a high rate and hardly a size: any network takes it.
    is_brief = all(map(_is_brief, presentation.renditions.values()))
    if peaks_bps and min(peaks_bps) > CELLULAR_BPS and not is_brief:
        yield Violation(f"the lowest BANDWIDTH is {min(peaks_bps)} bit/s")


def _is_brief(rendition: Rendition) -> bool:
    """Tell whether it ends before there is a bit rate to speak of (RFC 8216 §4.1)."""
    total_s = sum(segment.duration_s for segment in rendition.playlist.segments)
    return total_s * 2 < rendition.playlist.target_duration_s


def _is_live(presentation: Presentation, variant: Variant) -> bool:
    rendition = presentation.renditions.get(variant.uri)
    return rendition is not None and not rendition.playlist.end_list


def _weigh(presentation: Presentation) -> Iterator[_Weighed]:
    """Yield what can be measured of each variant: the largest sum of a playable combination."""
    cache = {uri: _rates(rendition) for uri, rendition in presentation.renditions.items()}
    for number, variant in enumerate(presentation.playlist.variants):
        sums = []
        for uris in presentation.played_with(variant):
            rates = [cache.get(uri) for uri in uris]
            known = [rate for rate in rates if rate is not None]
            if len(known) == len(uris):
                sums.append(_Rates(*map(sum, zip(*known, strict=True))))
        if sums:
            line = presentation.written.line("EXT-X-STREAM-INF", number)
            yield _Weighed(variant, line, max(sums))


def _rates(rendition: Rendition) -> _Rates | None:
    """Return the bit rates, or None where not everything has been measured."""
    playlist = rendition.playlist
    sizes = [
        (measured.size_bytes, segment.duration_s)
        for measured, segment in zip(rendition.segments, playlist.segments, strict=True)
        if measured is not None and segment.duration_s
    ]
    if not sizes or not playlist.end_list or len(sizes) < len(playlist.segments):
        return None
    peak_bps = peak_bandwidth_bps(sizes, playlist.target_duration_s)
    silent_bps = min(peak_bps // PEAK_TO_SILENCE, SILENT_BPS)
    sounding = [size for size in sizes if average_bandwidth_bps([size]) >= silent_bps]
    return _Rates(peak_bps, average_bandwidth_bps(sizes), average_bandwidth_bps(sounding))


def _is_off(declared_bps: int, measured_bps: int) -> bool:
    return abs(measured_bps - declared_bps) > declared_bps * TOLERANCE


def _is_lossless(variant: Variant) -> bool:
    """Tell whether no encoder had a say in its bit rate: it is what the sound is."""
    return any(codec.lower() in LOSSLESS for codec in variant.codecs)


def _is_excessive(peak_bps: int, average_bps: int) -> bool:
    return peak_bps > PEAK_TO_AVERAGE * average_bps
