"""The playlists of an asset that is still being packaged.

They live below ``growing/`` (see ``manifests.layout``), in folders like those of the revision, so
that URIs between them read the same; only segments are named across, where they are for good. A
media playlist of type EVENT grows at its end (RFC 8216 §6.2.1), until EXT-X-ENDLIST says that
nothing more will come. Players join what has no end near its end, so EXT-X-START sends them to the
beginning.

BANDWIDTH cannot be measured yet. What is declared is an upper bound: of AAC from the bit rate that
the encoder was told, of FLAC from its samples as they are. Where segments that are there exceed it
after all (a sound of 10 ms has more container than sound), ``holding`` raises it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Final, Self

from manifests.bandwidth import peak_bandwidth_bps
from manifests.errors import ManifestError
from manifests.index import SegmentRecord
from manifests.layout import Revision
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.presentation import Offered, variants
from manifests.rendition import AAC_FRAME_BITS_PER_CHANNEL, FRAME_SAMPLES, Codec, Rung
from manifests.segment_list import segment_list
from manifests.start import Start
from manifests.variant import Variant

PEAK_FACTOR: Final = Fraction(6, 5)
"""How far a peak may be above the nominal bit rate, container included.

Measured: 1.11 at most, in 14 pieces of music and 11 hard signals (noise after silence, clicks,
sweeps, squares), in all rungs. Averages were at most 1.035, well inside of the tenth that Apple
allows AVERAGE-BANDWIDTH to be off, so that one is nominal.
"""

_FLAC_HEADER_BITS: Final = 8 * (16 + 2)
"""The longest header of a frame, and its footer (RFC 9639 §9.1, §9.3)."""

_FLAC_CHANNEL_HEADER_BITS: Final = 8 + 32
"""The header of a subframe, and as many wasted bits as there may be (RFC 9639 §9.2.1)."""

_CONTAINER_BITS_PER_FRAME: Final = 48
"""A sample's size in ``trun``, and its share of the other boxes of a segment of 3 s or more."""

_TO_THE_ROOT: Final = "../../../../"


@dataclass(frozen=True, slots=True)
class ProvisionalRendition:
    """A rendition of which more will come. ``bandwidth_bps`` is an upper bound."""

    rung: str
    codec: Codec
    bitrate_bps: int
    bandwidth_bps: int

    @classmethod
    def of(cls, rung: Rung, *, channels: int, sample_rate_hz: int) -> Self:
        """Return the rendition of a rung of which nothing is there yet."""
        bound_bps = bandwidth_bound_bps(rung, channels=channels, sample_rate_hz=sample_rate_hz)
        return cls(rung.name, rung.codec, rung.bitrate_bps, bound_bps)

    @property
    def average_bandwidth_bps(self) -> int:
        """What the encoder was told to keep to."""
        return self.bitrate_bps

    def holding(
        self, segments: Sequence[SegmentRecord], *, sample_rate_hz: int, target_duration_s: int
    ) -> Self:
        """Return it with a bound that these segments keep to: the same, if they do already.

        ``segments`` is any contiguous run: the new ones, and those of 1.5 target durations before.
        """
        sizes = [
            (segment.size_bytes, Fraction(segment.duration_ticks, sample_rate_hz))
            for segment in segments
        ]
        peak_bps = peak_bandwidth_bps(sizes, target_duration_s)
        return replace(self, bandwidth_bps=max(peak_bps, self.bandwidth_bps))


def bandwidth_bound_bps(rung: Rung, *, channels: int, sample_rate_hz: int) -> int:
    """Return the peak segment bit rate that a rung can be expected never to exceed."""
    frames_per_s = Fraction(sample_rate_hz, FRAME_SAMPLES)
    bound = _flac_bound_bits if rung.codec is Codec.FLAC else _aac_bound_bits
    return int(bound(rung.bitrate_bps / frames_per_s, channels) * frames_per_s)


def _aac_bound_bits(nominal_bits: Fraction, channels: int) -> Fraction:
    """Return how large frames are at most, in the densest run of them."""
    ceiling_bits = channels * AAC_FRAME_BITS_PER_CHANNEL + _CONTAINER_BITS_PER_FRAME
    return min(nominal_bits * PEAK_FACTOR, Fraction(ceiling_bits))


def _flac_bound_bits(samples_bits: Fraction, channels: int) -> Fraction:
    """Return how large a frame is where nothing can be predicted."""
    headers_bits = _FLAC_HEADER_BITS + channels * _FLAC_CHANNEL_HEADER_BITS
    # Of two channels, one may be coded as their difference, which takes a bit more.
    difference_bits = FRAME_SAMPLES * (channels - 1)
    return samples_bits + difference_bits + headers_bits + _CONTAINER_BITS_PER_FRAME


def multivariant_playlist(renditions: Sequence[Offered]) -> MultivariantPlaylist:
    """Return the provisional multivariant playlist: the variants in the order of the final one."""
    return MultivariantPlaylist(variants=variants(renditions), independent_segments=True)


def provisional_renditions(playlist: MultivariantPlaylist) -> tuple[ProvisionalRendition, ...]:
    """Return the renditions that ``multivariant_playlist`` wrote; ManifestError for any other."""
    return tuple(map(_provisional_rendition, playlist.variants))


def _provisional_rendition(variant: Variant) -> ProvisionalRendition:
    rung, nominal_bps = variant.stable_variant_id, variant.average_bandwidth_bps
    try:
        (codec,) = map(Codec, variant.codecs)
    except ValueError as error:
        raise ManifestError("a variant has one codec of ours", tag="EXT-X-STREAM-INF") from error
    if rung is None or nominal_bps is None:
        raise ManifestError("a variant does not say which rung it is", tag="EXT-X-STREAM-INF")
    return ProvisionalRendition(rung, codec, nominal_bps, variant.bandwidth_bps)


def media_playlist(
    where: Revision,
    rung: str,
    segments: Sequence[SegmentRecord],
    *,
    sample_rate_hz: int,
    target_duration_s: int,
    ended: bool,
) -> MediaPlaylist:
    """Return the media playlist of a rung with all segments that are in the store so far.

    What is listed must stay in the store as it is. ManifestError where nothing is there yet:
    players give up on an empty playlist.
    """
    if not segments:
        raise ManifestError("a growing playlist begins with its first segment", tag="EXTINF")
    return MediaPlaylist(
        target_duration_s=target_duration_s,
        segments=segment_list(
            rung,
            segments,
            sample_rate_hz=sample_rate_hz,
            target_duration_s=target_duration_s,
            uri_prefix=f"{_TO_THE_ROOT}{where.key(rung)}/",
        ),
        playlist_type=PlaylistType.EVENT,
        start=Start(Decimal(0), precise=True),
        independent_segments=True,
        end_list=ended,
    )
