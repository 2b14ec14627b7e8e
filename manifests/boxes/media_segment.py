"""Reads a media segment: its movie fragments, and where their samples lie (RFC 8216 §3.3)."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from manifests.boxes.box import Box, boxes
from manifests.boxes.brands import Brands
from manifests.boxes.facts import FragmentFacts, InitFacts, SegmentFacts, TrackFacts
from manifests.boxes.track_fragment import DecodeTime, FragmentNumber, TrackFragmentHeader
from manifests.boxes.track_run import TrackRun


def read_media_segment(data: bytes, init: InitFacts | None) -> SegmentFacts:
    """Read a media segment; ``init`` gives the defaults that its fragments do not repeat.

    ManifestError where it cannot be walked. Whatever is neither ``styp``, ``moof`` nor ``mdat``
    (``sidx``, ``emsg``, ``prft``, ...) is named and passed over.
    """
    top = list(boxes(data))
    types = [Brands.decode(found) for found in top if found.kind == "styp"]
    context = _Context(
        tracks={track.track_id: track for track in init.tracks} if init else {},
        payloads=[(found.body, found.end) for found in top if found.kind == "mdat"],
    )
    return SegmentFacts(
        size_bytes=len(data),
        brands=(types[0].major, *types[0].compatible) if types else None,
        boxes=tuple(found.kind for found in top),
        fragments=tuple(
            facts
            for found in top
            if found.kind == "moof"
            for facts in _read_movie_fragment(found, context)
        ),
        trailing_bytes=len(data) - (top[-1].end if top else 0),
    )


@dataclass(frozen=True, slots=True)
class _Context:
    """What a fragment is read against: tracks by id, payloads of ``mdat`` in ascending order."""

    tracks: dict[int, TrackFacts]
    payloads: list[tuple[int, int]]


def _read_movie_fragment(moof: Box, context: _Context) -> Iterator[FragmentFacts]:
    number = FragmentNumber.decode(moof.child("mfhd")).sequence_number
    chained = moof.start
    for child in moof.children():
        if child.kind == "traf":
            facts = _read_track_fragment(child, context, moof.start, number, chained)
            chained = facts.data_start if facts.data_end is None else facts.data_end
            yield facts


def _read_track_fragment(
    traf: Box, context: _Context, moof_start: int, number: int, chained: int
) -> FragmentFacts:
    header = TrackFragmentHeader.decode(traf.child("tfhd"))
    runs = [TrackRun.decode(child) for child in traf.children() if child.kind == "trun"]
    duration_ticks, size_bytes = _defaults(header, context.tracks.get(header.track_id))
    durations = [_total(run.durations_ticks, run.sample_count, duration_ticks) for run in runs]
    sizes = [_total(run.sizes_bytes, run.sample_count, size_bytes) for run in runs]
    start, end = _extent(runs, sizes, _base(header, moof_start, chained))
    return FragmentFacts(
        moof_start=moof_start,
        sequence_number=number,
        track_id=header.track_id,
        base_media_decode_time_ticks=_decode_time(traf),
        duration_ticks=_sum(durations),
        sample_count=sum(run.sample_count for run in runs),
        run_count=len(runs),
        samples_bytes=_sum(sizes),
        data_start=start,
        data_end=end,
        data_is_inside=None if end is None else _is_inside(start, end, context.payloads),
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


def _defaults(
    header: TrackFragmentHeader, track: TrackFacts | None
) -> tuple[int | None, int | None]:
    """Return the duration and the size of a sample that does not say its own."""
    duration_ticks, size_bytes = header.default_duration_ticks, header.default_size_bytes
    if duration_ticks is None and track:
        duration_ticks = track.default_duration_ticks
    if size_bytes is None and track:
        size_bytes = track.default_size_bytes
    return duration_ticks, size_bytes


def _extent(
    runs: Iterable[TrackRun], sizes: Iterable[int | None], base: int
) -> tuple[int, int | None]:
    """Return where the samples of all runs begin and end; the end is None if a size is unknown."""
    starts, ends, at = [], [], base
    for run, size_bytes in zip(runs, sizes, strict=True):
        at = at if run.data_offset is None else base + run.data_offset
        starts.append(at)
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
