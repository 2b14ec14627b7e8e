"""CMAF: what makes access units a track that players take (ISO/IEC 23000-19), as pure functions.

An initialization section says everything about a rendition but its sound; a media segment is one
movie fragment with its samples behind it. ``manifests.boxes`` knows the bytes of each box, this
module knows which boxes there are and why. Equal arguments give equal bytes: no dates, no names,
no version strings.

Gapless playback hangs on two numbers. The first frame out of an encoder is priming, and the sound
was padded in front to whole frames; the edit list's media time leaves out both, so that decoders
begin with the source's first sample. The movie's timescale is the sample rate, which makes the
edit's duration exact.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from manifests.boxes import loudness as loudness_box
from manifests.boxes.box import HEADER_BYTES, box, full_box
from manifests.boxes.brands import Brands
from manifests.boxes.data_reference import DataReference
from manifests.boxes.edit_list import Edit, EditList
from manifests.boxes.elementary_stream import ElementaryStream
from manifests.boxes.handler import SOUND, Handler
from manifests.boxes.media_header import MediaHeader
from manifests.boxes.movie_extends import INDEPENDENT_SAMPLE, MovieExtendsHeader, TrackExtends
from manifests.boxes.movie_header import MovieHeader
from manifests.boxes.sample_entry import encode_aac, encode_flac
from manifests.boxes.sample_group import RollRecovery, encode_roll_members
from manifests.boxes.sample_table import SampleTable
from manifests.boxes.stream_info import StreamInfo
from manifests.boxes.track_fragment import DecodeTime, FragmentNumber, TrackFragmentHeader
from manifests.boxes.track_header import TrackHeader
from manifests.boxes.track_run import TrackRun
from manifests.index import Loudness
from manifests.rendition import AAC_FRAME_BITS_PER_CHANNEL, FRAME_SAMPLES, Codec

_TRACK_ID: Final = 1
_ROLL_DISTANCES: Final = {Codec.AAC_LC: -1}
"""A frame of AAC overlaps with the one before it, which has to be decoded as well; one of FLAC
stands alone."""

# iso6 for tfdt and default-base-is-moof (RFC 8216 §3.3), cmfc for CMAF (ISO/IEC 23000-19 §7.2).
_FILE_BRANDS: Final = Brands(major="cmfc", compatible=("iso6", "cmfc"))
# Optional in HLS, wanted by DASH (ISO/IEC 23009-1 §6.3.4.2) and by whoever looks at a lone segment:
# 24 bytes in about 100,000.
_SEGMENT_BRANDS: Final = Brands(major="msdh", compatible=("msdh", "cmfs"))


def initialization_section(
    *,
    codec_config: bytes,
    sample_rate_hz: int,
    channels: int,
    bitrate_bps: int,
    media_time_ticks: int,
    duration_ticks: int,
    loudness: Loudness | None,
    codec: Codec = Codec.AAC_LC,
) -> bytes:
    """Write what a player reads before the first segment (RFC 8216 §3.3).

    ``codec_config`` is the encoder's AudioSpecificConfig, or its STREAMINFO block.
    ``media_time_ticks`` are left out in front; ``duration_ticks`` is what is heard after them, or 0
    while the track is growing.
    """
    if codec is Codec.FLAC:
        description = encode_flac(StreamInfo.from_bytes(codec_config))
    else:
        stream = _stream(codec_config, channels=channels, bitrate_bps=bitrate_bps)
        description = encode_aac(stream, channels=channels, sample_rate_hz=sample_rate_hz)
    edits = EditList((Edit(duration_ticks, media_time_ticks),))
    track = box(
        "trak",
        TrackHeader(_TRACK_ID).encode(),
        box("edts", edits.encode()),
        _media(description, codec, sample_rate_hz),
        box("udta", loudness_box.encode(loudness)) if loudness else b"",
    )
    return _FILE_BRANDS.encode("ftyp") + _movie(track, sample_rate_hz, duration_ticks)


def _movie(track: bytes, timescale: int, duration_ticks: int) -> bytes:
    """Write ``moov``.

    In a fragmented file the durations of mvhd, tkhd and mdhd are zero (RFC 8216 §3.3,
    ISO/IEC 23000-19 §7.5): mehd and the edit list carry the presentation's.
    """
    known_end = MovieExtendsHeader(duration_ticks).encode() if duration_ticks else b""
    return box(
        "moov",
        MovieHeader(timescale).encode(next_track_id=_TRACK_ID + 1),
        track,
        box("mvex", known_end, TrackExtends(_TRACK_ID, FRAME_SAMPLES).encode()),
    )


def _stream(codec_config: bytes, *, channels: int, bitrate_bps: int) -> ElementaryStream:
    """Describe the elementary stream; a full reservoir may be spent within any one second."""
    buffer_bytes = AAC_FRAME_BITS_PER_CHANNEL // 8 * channels
    return ElementaryStream(
        codec_config=codec_config,
        buffer_bytes=buffer_bytes,
        max_bitrate_bps=bitrate_bps + 8 * buffer_bytes,
        average_bitrate_bps=bitrate_bps,
    )


def _media(description: bytes, codec: Codec, sample_rate_hz: int) -> bytes:
    distance = _ROLL_DISTANCES.get(codec)
    roll = RollRecovery(distance).encode() if distance is not None else b""
    table = box("stbl", description, SampleTable.encode_empty(), roll)
    information = box(
        "minf", full_box("smhd", 0, 0, bytes(4)), box("dinf", DataReference.encode()), table
    )
    return box(
        "mdia",
        MediaHeader(timescale=sample_rate_hz).encode(),
        Handler(SOUND).encode(),
        information,
    )


def media_segment(
    *,
    sequence_number: int,
    base_media_decode_time_ticks: int,
    frames: Sequence[bytes],
    last_frame_duration_ticks: int | None = None,
    codec: Codec = Codec.AAC_LC,
) -> bytes:
    """Write one segment: one movie fragment, one run of samples.

    ``sequence_number`` counts from 1. ``base_media_decode_time_ticks`` is the sum of the durations
    of all frames before, priming included. ``last_frame_duration_ticks`` is for a frame that does
    not last its 1,024 ticks.
    """
    durations: list[int] | None = None
    if last_frame_duration_ticks is not None:
        durations = [FRAME_SAMPLES] * (len(frames) - 1) + [last_frame_duration_ticks]
    number = FragmentNumber(sequence_number)
    time = DecodeTime(base_media_decode_time_ticks)
    run = TrackRun(len(frames), 0, durations, [len(frame) for frame in frames])
    # The offset counts from the moof's first byte and has the same width whatever it is.
    data_offset = len(_movie_fragment(number, time, run, codec)) + HEADER_BYTES
    moof = _movie_fragment(number, time, replace(run, data_offset=data_offset), codec)
    return _SEGMENT_BRANDS.encode("styp") + moof + box("mdat", *frames)


def _movie_fragment(number: FragmentNumber, time: DecodeTime, run: TrackRun, codec: Codec) -> bytes:
    # The defaults are repeated, so that a segment can be read on its own.
    header = TrackFragmentHeader(
        _TRACK_ID, default_duration_ticks=FRAME_SAMPLES, default_flags=INDEPENDENT_SAMPLE
    )
    members = encode_roll_members(run.sample_count) if codec in _ROLL_DISTANCES else b""
    return box(
        "moof",
        number.encode(),
        box("traf", header.encode(), time.encode(), run.encode(), members),
    )
