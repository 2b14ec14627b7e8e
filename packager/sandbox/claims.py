"""What a child says of a source, held to what our code can have found.

It is published as it comes: in playlists, in boxes with fields of few bits, in documents that
browsers open. Whether it is true only another reading could tell; here it is of the right form and
of a size that sound has, so that nothing that is built of it can fail, or be another thing.
"""

import json
import math
import re
import struct
from collections.abc import Iterable, Mapping
from typing import Final

from manifests.boxes.audio_config import AudioConfig
from manifests.boxes.stream_info import StreamInfo
from manifests.chapters import Chapter
from manifests.errors import ManifestError
from manifests.index import Loudness, ReplayGain
from manifests.rendition import AAC_FRAME_BITS_PER_CHANNEL, FRAME_SAMPLES, Codec, Ladder, Rung
from packager.sandbox.values import Misfit
from packager.source.cover import MEDIA_TYPE, SIZES_PX, ArtworkSet, Cover
from packager.source.facts import Probe
from packager.source.text import clean

_MOST_TAGS: Final = 64
_LONGEST_TEXT: Final = 1_000
_MOST_CHAPTERS: Final = 1_000
_LONGEST_CHAPTER_TITLE: Final = 250
_MOST_NOTES: Final = 8
_MOST_VERSIONS: Final = 32
_NAME: Final = re.compile(r"[a-z0-9_]{1,32}")
_PLAIN: Final = re.compile(r"[\x20-\x7e]{1,200}")
_MOST_BITS_PER_SAMPLE: Final = 64

_AAC_LC: Final = 2
_AAC_FRAME_OF_1024: Final = 0
"""With neither a core coder nor an extension: the last three bits of an AudioSpecificConfig."""
_NO_SBR: Final = bytes.fromhex("56e500")
"""What FFmpeg adds to one: there is no spectral band replication."""

_MARGIN: Final = 2

_MOST_DB: Final = 1_000.0
"""More than floats of 32 bits can be louder than others."""
_MOST_PEAK: Final = 1_000.0

_BLURHASH: Final = re.compile(r"[0-9A-Za-z#$%*+,\-.:;=?@\[\]^_{|}~]{6,166}")
_JPEG_BEGIN: Final = b"\xff\xd8\xff"
_JPEG_END: Final = b"\xff\xd9"
_JPEG_HEAD_BYTES: Final = 4_096
_BYTES_PER_PIXEL: Final = 3

_DAT_HEADER: Final = struct.Struct("<iIiiIi")
_MOST_PIXELS: Final = 8_192
_LEAST_SAMPLES_PER_PIXEL: Final = 64


def check_probe(probe: Probe) -> None:
    """Raise Misfit unless a container can be described like that."""
    if not (_PLAIN.fullmatch(probe.container) and _PLAIN.fullmatch(probe.codec)):
        raise Misfit("a format of no name")
    if not _are_within(1, (probe.bits_per_sample,), _MOST_BITS_PER_SAMPLE) or not (
        _are_within(0, (probe.bitrate_bps, probe.promised_samples), math.inf)
    ):
        raise Misfit("a format that cannot be")
    check_notes(probe.notes)


def check_tags(tags: Mapping[str, str]) -> None:
    """Raise Misfit unless these are as ``packager.source.tags`` gives them."""
    if len(tags) > _MOST_TAGS or not all(map(_NAME.fullmatch, tags)):
        raise Misfit("other tags than are read")
    if not all(text and _is_clean(text, _LONGEST_TEXT) for text in tags.values()):
        raise Misfit("a tag that was not cleaned")


def check_versions(versions: Mapping[str, str]) -> None:
    """Raise Misfit unless these are short names and versions."""
    if len(versions) > _MOST_VERSIONS or not (
        all(map(_NAME.fullmatch, versions)) and all(map(_PLAIN.fullmatch, versions.values()))
    ):
        raise Misfit("versions of nothing")


def check_config(config: bytes, ladder: Ladder, rung: Rung) -> None:
    """Raise Misfit unless ``config`` is what a rung's decoder has to be told."""
    try:
        fits = (
            _is_flac_config(config, ladder, rung)
            if rung.codec is Codec.FLAC
            else _is_aac_config(config, ladder)
        )
    except ManifestError as error:
        raise Misfit("no configuration of a decoder") from error
    if not fits:
        raise Misfit("another encoder than a rung has")


def most_unit_bytes(ladder: Ladder, rung: Rung) -> int:
    """Return more than a frame of a rung ever has."""
    bits = AAC_FRAME_BITS_PER_CHANNEL
    if rung.bits_per_sample is not None:
        bits = FRAME_SAMPLES * rung.bits_per_sample
    return _MARGIN * ladder.channels * bits // 8


def check_loudness(loudness: Loudness) -> None:
    """Raise Misfit unless sound can be as loud as that."""
    levels = (loudness.integrated_lufs, loudness.true_peak_dbtp)
    if not (_are_within(-_MOST_DB, levels, _MOST_DB)) or not (
        _are_within(0, (loudness.range_lu,), _MOST_DB)
    ):
        raise Misfit("a loudness that no sound has")


def check_replay_gain(gain: ReplayGain) -> None:
    """Raise Misfit unless a tag can have said that."""
    if not _are_within(-_MOST_DB, (gain.track_gain_db, gain.album_gain_db), _MOST_DB) or not (
        _are_within(0, (gain.track_peak, gain.album_peak), _MOST_PEAK)
    ):
        raise Misfit("a gain that no tag says")


def check_chapters(chapters: tuple[Chapter, ...]) -> None:
    """Raise Misfit unless there are as many as are read, with titles that were cleaned."""
    if len(chapters) > _MOST_CHAPTERS or not all(
        _is_clean(chapter.title, _LONGEST_CHAPTER_TITLE) for chapter in chapters
    ):
        raise Misfit("chapters as none are read")


def check_notes(notes: tuple[str, ...]) -> None:
    """Raise Misfit unless these are a few sentences."""
    if len(notes) > _MOST_NOTES or not all(_is_clean(note, _LONGEST_TEXT) for note in notes):
        raise Misfit("notes that nobody wrote")


def check_artwork(artwork: ArtworkSet) -> None:
    """Raise Misfit unless it is every size of a cover with its blurhash, or none."""
    check_notes(artwork.notes)
    placeholder = artwork.placeholder
    if not artwork.covers:
        if placeholder is not None:
            raise Misfit("a placeholder of no cover")
        return
    if tuple(cover.box_px for cover in artwork.covers) != SIZES_PX:
        raise Misfit("other sizes than covers have")
    if not all(map(_is_picture, artwork.covers)):
        raise Misfit("a cover that is no picture")
    if placeholder is None or not _BLURHASH.fullmatch(placeholder):
        raise Misfit("a placeholder that is none")


def check_waveform(binary: bytes, as_json: bytes, samples: int, sample_rate_hz: int) -> None:
    """Raise Misfit unless both forms draw the same of so much sound."""
    samples_per_pixel = _LEAST_SAMPLES_PER_PIXEL
    while (pixels := -(-samples // samples_per_pixel)) > _MOST_PIXELS:
        samples_per_pixel *= 2
    header = _DAT_HEADER.pack(2, 1, sample_rate_hz, samples_per_pixel, pixels, 1)
    peaks = binary[len(header) :]
    if not binary.startswith(header) or len(peaks) != 2 * pixels:
        raise Misfit("a waveform of another sound")
    document = {
        "version": 2,
        "channels": 1,
        "sample_rate": sample_rate_hz,
        "samples_per_pixel": samples_per_pixel,
        "bits": 8,
        "length": pixels,
        "data": memoryview(peaks).cast("b").tolist(),
    }
    if json.dumps(document, separators=(",", ":")).encode() != as_json:
        raise Misfit("two waveforms")


def _is_clean(text: str, longest: int) -> bool:
    return len(text) <= longest and clean(text, longest) == text


def _are_within(lowest: float, values: Iterable[float | None], highest: float) -> bool:
    return all(value is None or lowest <= value <= highest for value in values)


def _is_aac_config(config: bytes, ladder: Ladder) -> bool:
    expected = AudioConfig(_AAC_LC, ladder.sample_rate_hz, ladder.channels)
    return (
        AudioConfig.decode(config) == expected
        and config[1] & 0b111 == _AAC_FRAME_OF_1024
        and config[2:] in {b"", _NO_SBR}
    )


def _is_flac_config(config: bytes, ladder: Ladder, rung: Rung) -> bool:
    bits = rung.bits_per_sample
    return bits is not None and config == (
        StreamInfo(FRAME_SAMPLES, ladder.sample_rate_hz, ladder.channels, bits).to_bytes()
    )


def _is_picture(cover: Cover) -> bool:
    width_px, height_px = cover.width_px, cover.height_px
    most_bytes = _JPEG_HEAD_BYTES + _BYTES_PER_PIXEL * cover.box_px**2
    return (
        cover.media_type == MEDIA_TYPE
        and 1 <= width_px <= cover.box_px
        and 1 <= height_px <= cover.box_px
        and len(cover.data) <= most_bytes
        and cover.data.startswith(_JPEG_BEGIN)
        and cover.data.endswith(_JPEG_END)
    )
