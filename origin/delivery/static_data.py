"""What an object of ours tells players and edges of itself (CMSD), where that is known for certain.

A segment is played by HLS and by DASH, so it does not say which; one of a revision that is still
being packaged says no more than that it is sound: what it will be part of is not written yet.
"""

from typing import Final

from cdn.cmcd.cmsd import DASH, HLS, ON_DEMAND, static
from cdn.cmcd.report import ObjectType
from cdn.policy.object_class import ObjectClass
from manifests.index import SegmentRecord
from manifests.layout import name_after
from origin.delivery.address import DASH_TYPE, HLS_TYPE, ObjectKind
from origin.delivery.published import PublishedRevision

_OF_MANIFESTS: Final = {HLS_TYPE: HLS, DASH_TYPE: DASH}
_GROWS: Final = frozenset({ObjectClass.GROWING_PLAYLIST, ObjectClass.PROVISIONAL_ENTRY})
_OF_CLASSES: Final = {
    ObjectClass.SEGMENT: static(ObjectType.AUDIO),
    ObjectClass.INIT: static(ObjectType.INIT),
    ObjectClass.PROVISIONAL_INIT: static(ObjectType.INIT),
}


def static_of(kind: ObjectKind) -> str | None:
    """Return what every object of a kind tells; None where it is no part of a presentation."""
    streaming_format = _OF_MANIFESTS.get(kind.media_type)
    if streaming_format is None:
        return _OF_CLASSES.get(kind.object_class)
    return static(
        ObjectType.MANIFEST,
        streaming_format=streaming_format,
        stream_type=None if kind.object_class in _GROWS else ON_DEMAND,
    )


def static_of_segment(published: PublishedRevision, segment: SegmentRecord) -> str:
    """Return what a segment of a complete revision tells, with its own rate (CTA-5006 §3.1).

    One that an index gives no length to has no rate.
    """
    is_packed = segment.name.endswith(".aac")
    duration_s = segment.duration_ticks / published.index.sample_rate_hz
    following = name_after(segment.name)
    return static(
        ObjectType.AUDIO,
        bitrate_bps=round(segment.size_bytes * 8 / duration_s) if duration_s else None,
        duration_ms=round(duration_s * 1000),
        next_object=following.rpartition("/")[2] if following in published.objects else None,
        streaming_format=HLS if is_packed else None,
        stream_type=ON_DEMAND,
    )
