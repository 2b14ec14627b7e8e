"""Segments to lines: tags that stay in force are written only where something changes."""

from collections.abc import Iterable, Iterator

from manifests.attribute_values import write_date, write_decimal, write_integer
from manifests.attributes import write_attributes
from manifests.errors import ManifestError
from manifests.key import Key
from manifests.lines import tag_line, uri_line
from manifests.segment import InitializationSection, Segment


def segment_lines(segments: Iterable[Segment]) -> Iterator[str]:
    """Write the segments' tags and URIs; ManifestError where tags cannot say what is meant."""
    keys: tuple[Key, ...] = ()
    init: InitializationSection | None = None
    bitrate_kbps: int | None = None
    for segment in segments:
        if segment.discontinuity:
            yield tag_line("EXT-X-DISCONTINUITY")
        if segment.init != init:
            init = _replaceable(segment.init)
            yield from _key_lines(keys, init.keys)
            keys = init.keys
            yield tag_line("EXT-X-MAP", write_attributes(init))
        yield from _key_lines(keys, segment.keys)
        keys = segment.keys
        if segment.bitrate_kbps != bitrate_kbps and segment.byte_range is None:
            bitrate_kbps = _repeatable(segment.bitrate_kbps)
            yield tag_line("EXT-X-BITRATE", write_integer(bitrate_kbps))
        yield from _own_lines(segment)


def _replaceable(init: InitializationSection | None) -> InitializationSection:
    if init is None:
        raise ManifestError(
            "a segment without initialization section cannot follow one with it", tag="EXT-X-MAP"
        )
    return init


def _repeatable(bitrate_kbps: int | None) -> int:
    if bitrate_kbps is None:
        raise ManifestError(
            "a segment of unknown bit rate cannot follow one of known bit rate", tag="EXT-X-BITRATE"
        )
    return bitrate_kbps


def _key_lines(old: tuple[Key, ...], new: tuple[Key, ...]) -> Iterator[str]:
    if old == new:
        return
    formats = [key.keyformat for key in new]
    if len(formats) > len(set(formats)):
        raise ManifestError("only one key of each KEYFORMAT can be in force", tag="EXT-X-KEY")
    if not {key.keyformat for key in old}.issubset(formats):
        yield tag_line("EXT-X-KEY", "METHOD=NONE")
    for key in new:
        yield tag_line("EXT-X-KEY", write_attributes(key))


def _own_lines(segment: Segment) -> Iterator[str]:
    if segment.program_date_time is not None:
        yield tag_line("EXT-X-PROGRAM-DATE-TIME", write_date(segment.program_date_time))
    if segment.gap:
        yield tag_line("EXT-X-GAP")
    if segment.byte_range is not None:
        yield tag_line("EXT-X-BYTERANGE", segment.byte_range.render())
    yield tag_line("EXTINF", f"{write_decimal(segment.duration_s)},{segment.title}")
    yield uri_line(segment.uri)
