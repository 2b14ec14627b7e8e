"""The index object of a revision: everything that the origin and the API need to know of it.

It holds no id and no time of day, so the same source and the same version give the same bytes.
Ticks are samples of the ladder's rate; ranges are half-open; names are relative to the revision.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final, Self

from manifests.chapters import Chapter
from manifests.errors import ManifestError
from manifests.rendition import Codec
from manifests.typed import read

SCHEMA: Final = 1
_SHA256: Final = re.compile("[0-9a-f]{64}")
_MEDIA_TYPE: Final = re.compile("image/[a-z0-9.+-]+")


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One object, with the SHA-256 of its content in lower-case hexadecimal."""

    name: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class SegmentRecord(StoredObject):
    """A media segment; start and duration are of what is heard of it (priming is not)."""

    start_ticks: int
    duration_ticks: int


@dataclass(frozen=True, slots=True)
class PackedAudio:
    """A rung's access units as packed audio (RFC 8216 §3.4), cut where its other segments are.

    It has no edit list: priming and padding are heard, as silence, and its ticks count them.
    """

    bandwidth_bps: int
    average_bandwidth_bps: int
    segments: tuple[SegmentRecord, ...]


@dataclass(frozen=True, slots=True)
class RenditionRecord:
    """One rung as it was made. Bandwidths are measured from sizes (RFC 8216 §4.3.4.2).

    ``bits_per_sample`` is None but for a lossless rung, ``packed`` where nobody asked for it.
    """

    rung: str
    codec: Codec
    bitrate_bps: int
    bandwidth_bps: int
    average_bandwidth_bps: int
    init: StoredObject
    segments: tuple[SegmentRecord, ...]
    bits_per_sample: int | None = None
    packed: PackedAudio | None = None


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What was uploaded, as probed. ``bits_per_sample`` and ``bitrate_bps`` are None if unknown."""

    sha256: str
    size_bytes: int
    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    bits_per_sample: int | None
    bitrate_bps: int | None


@dataclass(frozen=True, slots=True)
class Loudness:
    """EBU R128 measures of the source; each is None where it is undefined (silence, too short)."""

    integrated_lufs: float | None
    range_lu: float | None
    true_peak_dbtp: float | None


@dataclass(frozen=True, slots=True)
class ReplayGain:
    """What the source's tags say of its loudness, towards -18 LUFS (ReplayGain 2.0).

    Peaks are linear, 1.0 being full scale; each value is None where the source does not tell it.
    """

    track_gain_db: float | None = None
    track_peak: float | None = None
    album_gain_db: float | None = None
    album_peak: float | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """How much of what is heard is silent, before the first sound and after the last."""

    head_ticks: int
    tail_ticks: int


@dataclass(frozen=True, slots=True)
class Artwork(StoredObject):
    """One size of the cover."""

    width_px: int
    height_px: int
    media_type: str


@dataclass(frozen=True, slots=True)
class Index:
    """A revision. ``documents`` are its playlists, MPD, waveforms and lists of chapters.

    ``samples`` is the exact number per channel, in ticks of ``sample_rate_hz``. ``tags`` uses
    lower-case names (title, artist, album, ...). ``placeholder`` is the cover's blurhash.
    ``versions`` names what made it (soundbridge, pyav, ffmpeg libraries, processor). ``notes`` tell
    the creator what may be missed. ``chapters`` are in order and do not overlap.
    """

    samples: int
    sample_rate_hz: int
    channels: int
    target_duration_s: int
    source: SourceRecord
    renditions: tuple[RenditionRecord, ...]
    loudness: Loudness
    tags: Mapping[str, str]
    artwork: tuple[Artwork, ...]
    placeholder: str | None
    documents: tuple[StoredObject, ...]
    versions: Mapping[str, str]
    notes: tuple[str, ...] = ()
    silence: Silence = Silence(0, 0)
    replay_gain: ReplayGain = ReplayGain()
    chapters: tuple[Chapter, ...] = ()

    @property
    def duration_s(self) -> float:
        """What is heard, in seconds."""
        return self.samples / self.sample_rate_hz

    def objects(self) -> dict[str, StoredObject]:
        """Return every object of the revision but the index itself, by name."""
        found: list[StoredObject] = [*self.documents, *self.artwork]
        for rendition in self.renditions:
            packed = rendition.packed.segments if rendition.packed else ()
            found += [rendition.init, *rendition.segments, *packed]
        return {stored.name: stored for stored in found}

    def to_json(self) -> bytes:
        """Return the index object's bytes; equal indexes give equal bytes."""
        document = {"schema": SCHEMA, "duration_s": round(self.duration_s, 6), **asdict(self)}
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, data: bytes) -> Self:
        """Read an index object; ManifestError says why where it is none."""
        try:
            fields = json.loads(data)
            schema = fields.pop("schema")
            fields.pop("duration_s", None)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise ManifestError(f"the index cannot be read: {error}") from error
        if schema != SCHEMA:
            raise ManifestError("the index was written by another version of soundbridge")
        try:
            index = read(cls, fields)
        except ManifestError as error:
            raise ManifestError(f"the index cannot be read: {error}") from error
        _check(index)
        return index


def _check(index: Index) -> None:
    """Refuse what no sound has, and digests that are none: they become entity tags."""
    if min(index.sample_rate_hz, index.channels, index.target_duration_s) < 1 or index.samples < 0:
        raise ManifestError("the index cannot be read: its sound has no rate or no channel")
    for stored in index.objects().values():
        if stored.size_bytes < 1 or not _SHA256.fullmatch(stored.sha256):
            raise ManifestError(f"the index cannot be read: {stored.name!r} has no size or digest")
    for image in index.artwork:
        if not _MEDIA_TYPE.fullmatch(image.media_type):
            raise ManifestError(f"the index cannot be read: {image.name!r} is no image")
