"""From the records of a rendition's segments to what its media playlist lists.

A playlist that grows and the one that is complete list the same segments: the EXTINF of a segment
follows from where it begins and ends alone, so it stays what it is whatever comes after it
(RFC 8216 §6.2.1 lets a playlist grow at its end, and change nowhere else).
"""

from collections.abc import Callable, Sequence

from manifests import layout
from manifests.errors import ManifestError
from manifests.extinf import extinf_durations, least_target_duration_s
from manifests.index import SegmentRecord
from manifests.segment import InitializationSection, Segment


def segment_list(
    rung: str,
    records: Sequence[SegmentRecord],
    *,
    sample_rate_hz: int,
    target_duration_s: int,
    uri_prefix: str = "",
) -> tuple[Segment, ...]:
    """Return the segments of a rung; their URIs get ``uri_prefix`` in front of their file names.

    ManifestError where one is longer than the target duration, or where records are missing.
    """
    durations = extinf_durations(boundaries_ticks(rung, records), sample_rate_hz)
    if least_target_duration_s(durations) > target_duration_s:
        raise ManifestError(
            f"a segment is longer than the target duration of {target_duration_s} s",
            tag="EXT-X-TARGETDURATION",
            section="RFC 8216 §4.3.3.1",
        )
    init = InitializationSection(layout.INIT)
    folder = f"{rung}/"
    return tuple(
        Segment(uri_prefix + record.name.removeprefix(folder), duration_s, init=init)
        for record, duration_s in zip(records, durations, strict=True)
    )


def boundaries_ticks(
    rung: str,
    records: Sequence[SegmentRecord],
    name_of: Callable[[str, int], str] = layout.segment_name,
) -> list[int]:
    """Return where segments begin, and where the last one ends, counted in what is heard."""
    boundaries = [0]
    for number, record in enumerate(records):
        if record.name != name_of(rung, number):
            raise ManifestError(f"{record.name} is not the name of segment {number}")
        if record.start_ticks != boundaries[-1]:
            raise ManifestError(f"{record.name} does not begin where the segment before it ends")
        boundaries.append(record.start_ticks + record.duration_ticks)
    return boundaries
