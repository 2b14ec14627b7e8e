"""From the index of a revision to its playlists and MPD.

A rendition is a variant and nothing else: one that is an EXT-X-MEDIA entry too stops hls.js from
switching. Everything depends on the index alone, so equal indexes give equal text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Final, Protocol

from manifests import layout
from manifests.chapters import EPOCH, HLS_DATA_ID, date_ranges, hls_json, podcast_json
from manifests.dash import Mpd, Representation
from manifests.errors import ManifestError
from manifests.index import Index, RenditionRecord
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.plain_text import language_tag, plain, quotable
from manifests.rendition import Codec
from manifests.segment_list import boundaries_ticks, segment_list
from manifests.session_data import SessionData
from manifests.variant import Variant

START_BITRATE_BPS: Final = 256_000
"""What players begin with: transparent to most ears, and little for a mobile network of today."""

SESSION_DATA_PREFIX: Final = "io.soundbridge"


class Offered(Protocol):
    """What a variant says of its rendition, measured or bounded."""

    @property
    def rung(self) -> str:
        """The rung's name, and the rendition's folder."""

    @property
    def codec(self) -> Codec:
        """The codec."""

    @property
    def bitrate_bps(self) -> int:
        """What the encoder was told; it ranks the renditions."""

    @property
    def bandwidth_bps(self) -> int:
        """The peak segment bit rate."""

    @property
    def average_bandwidth_bps(self) -> int:
        """The average segment bit rate."""


def documents(index: Index) -> dict[str, bytes]:
    """Return every playlist, the MPD and the lists of chapters of a revision, by name."""
    playlists = {
        layout.playlist_name(rendition.rung): media_playlist(index, rendition).render()
        for rendition in index.renditions
    }
    texts = {
        layout.MULTIVARIANT: multivariant_playlist(index).render(),
        layout.MPD: mpd(index).render(),
        **playlists,
    }
    return {name: text.encode() for name, text in texts.items()} | _chapters(index)


def media_playlist(index: Index, rendition: RenditionRecord) -> MediaPlaylist:
    """Return the media playlist of one rendition, complete; it has dates if it has chapters."""
    segments = segment_list(
        rendition.rung,
        rendition.segments,
        sample_rate_hz=index.sample_rate_hz,
        target_duration_s=index.target_duration_s,
    )
    if index.chapters:
        first, *others = segments
        segments = (replace(first, program_date_time=EPOCH), *others)
    return MediaPlaylist(
        target_duration_s=index.target_duration_s,
        segments=segments,
        playlist_type=PlaylistType.VOD,
        end_list=True,
        independent_segments=True,
        date_ranges=date_ranges(index.chapters, index.sample_rate_hz),
    )


def multivariant_playlist(index: Index) -> MultivariantPlaylist:
    """Return the multivariant playlist: one variant for each rendition."""
    return MultivariantPlaylist(
        variants=variants(index.renditions),
        session_data=tuple(_session_data(index)),
        independent_segments=True,
    )


def variants(renditions: Sequence[Offered]) -> tuple[Variant, ...]:
    """Return the variant of each rendition, in the order of a multivariant playlist.

    SCORE rises with the bit rate. The order matters only to players that know nothing of the
    network yet: they begin with the first variant, here the best one up to
    ``START_BITRATE_BPS``. The others follow from the lowest on.
    """
    rising = sorted(renditions, key=lambda rendition: rendition.bitrate_bps)
    ranked = tuple(
        Variant(
            layout.playlist_name(rendition.rung),
            bandwidth_bps=rendition.bandwidth_bps,
            average_bandwidth_bps=rendition.average_bandwidth_bps,
            codecs=(rendition.codec.value,),
            score=Decimal(rank),
            stable_variant_id=rendition.rung,
        )
        for rank, rendition in enumerate(rising, 1)
    )
    first = max(sum(rendition.bitrate_bps <= START_BITRATE_BPS for rendition in rising) - 1, 0)
    return (*ranked[first : first + 1], *ranked[:first], *ranked[first + 1 :])


def mpd(index: Index) -> Mpd:
    """Return the MPD of the same segments."""
    timelines = {
        tuple(boundaries_ticks(rendition.rung, rendition.segments))
        for rendition in index.renditions
    }
    if len(timelines) > 1:
        raise ManifestError("the renditions' segments do not begin at the same samples")
    boundaries = timelines.pop() if timelines else (0,)
    return Mpd(
        representations=tuple(
            Representation(rendition.rung, rendition.bandwidth_bps, rendition.codec)
            for rendition in sorted(index.renditions, key=lambda one: one.bitrate_bps)
        ),
        sample_rate_hz=index.sample_rate_hz,
        channels=index.channels,
        durations_ticks=tuple(end - start for start, end in pairwise(boundaries)),
        target_duration_s=index.target_duration_s,
        title=plain(index.tags.get("title", "")) or None,
        language=language_tag(index.tags.get("language", "")),
    )


def _session_data(index: Index) -> Iterator[SessionData]:
    for name in ("title", "artist", "album"):
        if text := quotable(index.tags.get(name, "")):
            yield SessionData(f"{SESSION_DATA_PREFIX}.{name}", text)
    measures = {
        "integrated-lufs": index.loudness.integrated_lufs,
        "range-lu": index.loudness.range_lu,
        "true-peak-dbtp": index.loudness.true_peak_dbtp,
    }
    for name, value in measures.items():
        if value is not None:
            yield SessionData(f"{SESSION_DATA_PREFIX}.loudness.{name}", f"{value:.2f}")
    if index.chapters:
        yield SessionData(HLS_DATA_ID, uri=layout.HLS_CHAPTERS_JSON)


def _chapters(index: Index) -> dict[str, bytes]:
    if not index.chapters:
        return {}
    language = language_tag(index.tags.get("language", ""))
    return {
        layout.CHAPTERS_JSON: podcast_json(index.chapters, index.sample_rate_hz),
        layout.HLS_CHAPTERS_JSON: hls_json(index.chapters, index.sample_rate_hz, language),
    }
