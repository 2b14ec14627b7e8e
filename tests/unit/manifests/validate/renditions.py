"""Renditions made of real boxes around frames that are no sound: sizes and times are what counts.

Three segments of 258, 258 and 86 frames; 1,024 samples of priming are not heard.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from manifests.index import Loudness
from manifests.lines import lex
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.segment import InitializationSection, Segment
from manifests.validate.measured import Rendition, measure_section, measure_segment
from manifests.validate.written import Written
from packager.publishing.cmaf import initialization_section, media_segment

FRAME_TICKS = 1024
RATE_HZ = 44_100
FRAME_BYTES = 371
FRAMES = (258, 258, 86)
STEREO = bytes.fromhex("1210")
MONO = bytes.fromhex("1208")
INIT = InitializationSection("init.mp4")


def init_bytes(
    codec_config: bytes = STEREO, channels: int = 2, frames: Sequence[int] = FRAMES
) -> bytes:
    return initialization_section(
        codec_config=codec_config,
        sample_rate_hz=RATE_HZ,
        channels=channels,
        bitrate_bps=128_000,
        media_time_ticks=FRAME_TICKS,
        duration_ticks=(sum(frames) - 1) * FRAME_TICKS,
        loudness=Loudness(-14.0, 5.0, -1.0),
    )


def segment_bytes(number: int, start_frames: int, frames: int, frame_bytes: int) -> bytes:
    return media_segment(
        sequence_number=number + 1,
        base_media_decode_time_ticks=start_frames * FRAME_TICKS,
        frames=[bytes(frame_bytes)] * frames,
    )


def heard_s(frames: int) -> Decimal:
    return round(Decimal(frames * FRAME_TICKS) / RATE_HZ, 6)


def playlist(frames: Sequence[int] = FRAMES) -> MediaPlaylist:
    return MediaPlaylist(
        target_duration_s=6,
        segments=tuple(
            Segment(f"{number:05d}.m4s", heard_s(count - (number == 0)), init=INIT)
            for number, count in enumerate(frames)
        ),
        playlist_type=PlaylistType.VOD,
        end_list=True,
        independent_segments=True,
    )


def rendition(
    frames: Sequence[int] = FRAMES,
    *,
    frame_bytes: int = FRAME_BYTES,
    codec_config: bytes = STEREO,
    channels: int = 2,
) -> Rendition:
    said = playlist(frames)
    section = measure_section("init.mp4", init_bytes(codec_config, channels, frames), INIT)
    measured = []
    start = 0
    for number, count in enumerate(frames):
        data = segment_bytes(number, start, count, frame_bytes)
        segment = said.segments[number]
        measured.append(measure_segment(segment.uri, data, segment, section))
        start += count
    written = Written.of(said, lex(said.render().encode()))
    return Rendition(written, {INIT: section}, tuple(measured))


def saying(found: Rendition, said: MediaPlaylist) -> Rendition:
    """Return the same bytes under another playlist."""
    return replace(found, written=Written.of(said, lex(said.render().encode())))


def with_segment(found: MediaPlaylist, number: int, **changes: object) -> MediaPlaylist:
    """Return the playlist with one segment changed."""
    segments = list(found.segments)
    segments[number] = replace(segments[number], **changes)  # type: ignore[arg-type]  # by name
    return replace(found, segments=tuple(segments))


def shifted(found: Rendition, number: int, by_ticks: int) -> Rendition:
    """Return the rendition with the decode time of one segment moved."""
    measured = found.segments[number]
    assert measured is not None
    assert measured.facts is not None
    (part,) = measured.facts.fragments
    start = part.base_media_decode_time_ticks
    assert start is not None
    moved = replace(part, base_media_decode_time_ticks=start + by_ticks)
    changed = replace(measured, facts=replace(measured.facts, fragments=(moved,)))
    segments = (*found.segments[:number], changed, *found.segments[number + 1 :])
    return replace(found, segments=segments)


def seconds(ticks: int) -> Fraction:
    return Fraction(ticks, RATE_HZ)
