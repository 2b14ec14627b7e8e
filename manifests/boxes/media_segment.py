"""Reads a media segment: its movie fragments, and where their samples lie (RFC 8216 §3.3)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from manifests.boxes.box import Box, boxes
from manifests.boxes.brands import Brands
from manifests.boxes.facts import FragmentFacts, InitFacts, SegmentFacts
from manifests.boxes.track_fragment import DecodeTime, FragmentNumber, TrackFragmentHeader
from manifests.boxes.track_run import TrackRun


def read_media_segment(data: bytes, init: InitFacts | None) -> SegmentFacts:
    """Read a media segment; ``init`` gives the defaults that its fragments do not repeat.

    ManifestError where it cannot be walked. Whatever is neither ``styp``, ``moof`` nor ``mdat``
    (``sidx``, ``emsg``, ``prft``, ...) is named and passed over.
    """
    top = list(boxes(data))
    types = [Brands.decode(found) for found in top if found.kind == "styp"]
    payloads = [(found.body, found.end) for found in top if found.kind == "mdat"]
    fragments = [
        facts
        for found in top
        if found.kind == "moof"
        for facts in _read_movie_fragment(found, payloads, init)
    ]
    return SegmentFacts(
        size_bytes=len(data),
        brands=(types[0].major, *types[0].compatible) if types else None,
        boxes=tuple(found.kind for found in top),
        fragments=tuple(fragments),
        trailing_bytes=len(data) - (top[-1].end if top else 0),
    )


def _read_movie_fragment(
    moof: Box, payloads: list[tuple[int, int]], init: InitFacts | None
) -> Iterator[FragmentFacts]:
    number = FragmentNumber.decode(moof.child("mfhd")).sequence_number
    chained = moof.start
    for traf in moof.children():
        if traf.kind != "traf":
            continue
        header = TrackFragmentHeader.decode(traf.child("tfhd"))
        runs = [TrackRun.decode(child) for child in traf.children() if child.kind == "trun"]
        base = _base(header, moof.start, chained)
        duration_ticks, size_bytes = _defaults(header, init)
        start, end = _extent(runs, base, size_bytes)
        chained = start if end is None else end
        yield FragmentFacts(
            moof_start=moof.start,
            sequence_number=number,
            track_id=header.track_id,
            base_media_decode_time_ticks=_decode_time(traf),
            duration_ticks=_sum(
                _total(run.durations_ticks, run.sample_count, duration_ticks) for run in runs
            ),
            sample_count=sum(run.sample_count for run in runs),
            run_count=len(runs),
            samples_bytes=_sum(
                _total(run.sizes_bytes, run.sample_count, size_bytes) for run in runs
            ),
            data_start=start,
            data_end=end,
            data_is_inside=None if end is None else _is_inside(start, end, payloads),
            base_is_moof=header.base_is_moof,
            has_absolute_offset=header.base_data_offset is not None,
        )


def _decode_time(traf: Box) -> int | None:
    found = traf.find("tfdt")
    return DecodeTime.decode(found).base_media_decode_time_ticks if found else None


def _base(header: TrackFragmentHeader, moof_start: int, chained: int) -> int:
    """Return what data offsets count from (ISO/IEC 14496-12 §8.8.7.1).

    An absolute offset is taken to count from the segment's first byte. Without it and without the
    flag, the first track counts from the ``moof`` and each other from its predecessor's end.
    """
    if header.base_data_offset is not None:
        return header.base_data_offset
    return moof_start if header.base_is_moof else chained


def _defaults(header: TrackFragmentHeader, init: InitFacts | None) -> tuple[int | None, int | None]:
    """Return the duration and the size of a sample that does not say its own."""
    track = init.track(header.track_id) if init else None
    duration_ticks, size_bytes = header.default_duration_ticks, header.default_size_bytes
    if duration_ticks is None and track:
        duration_ticks = track.default_duration_ticks
    if size_bytes is None and track:
        size_bytes = track.default_size_bytes
    return duration_ticks, size_bytes


def _extent(runs: Iterable[TrackRun], base: int, default: int | None) -> tuple[int, int | None]:
    """Return where the samples of all runs begin and end; the end is None if sizes are unknown."""
    starts, ends, at = [], [], base
    for run in runs:
        at = at if run.data_offset is None else base + run.data_offset
        starts.append(at)
        size_bytes = _total(run.sizes_bytes, run.sample_count, default)
        if size_bytes is None:
            return min(starts), None
        at += size_bytes
        ends.append(at)
    return min(starts, default=base), max(ends, default=base)


def _total(values: Sequence[int] | None, count: int, default: int | None) -> int | None:
    """Sum one column of a run."""
    if values is not None:
        return sum(values)
    return None if default is None else default * count


def _sum(totals: Iterable[int | None]) -> int | None:
    """Sum what is known; None if anything is not."""
    known = 0
    for total in totals:
        if total is None:
            return None
        known += total
    return known


def _is_inside(start: int, end: int, payloads: list[tuple[int, int]]) -> bool:
    """Tell whether one payload holds the whole range; payloads come in ascending order."""
    place = bisect_right(payloads, start, key=lambda payload: payload[0])
    return start == end or (place > 0 and end <= payloads[place - 1][1])
