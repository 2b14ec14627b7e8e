"""From the index of a revision to its playlists and MPD.

A rendition is a variant and nothing else: one that is an EXT-X-MEDIA entry too stops hls.js from
switching. Everything depends on the index alone, so equal indexes give equal text.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final, Protocol

from manifests import layout
from manifests.dash import Mpd, Representation
from manifests.errors import ManifestError
from manifests.index import Index, RenditionRecord
from manifests.media_playlist import MediaPlaylist, PlaylistType
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.rendition import Codec
from manifests.segment_list import boundaries_ticks, segment_list
from manifests.session_data import SessionData
from manifests.variant import Variant

START_BITRATE_BPS: Final = 256_000
"""What players begin with: transparent to most ears, and little for a mobile network of today."""

SESSION_DATA_PREFIX: Final = "io.soundbridge"

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
"""What of RFC 5646 occurs; anything else in a tag is some person's own spelling."""


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
    """Return every playlist and the MPD of a revision, by name."""
    playlists = {
        layout.playlist_name(rendition.rung): media_playlist(index, rendition).render()
        for rendition in index.renditions
    }
    texts = {
        layout.MULTIVARIANT: multivariant_playlist(index).render(),
        layout.MPD: mpd(index).render(),
        **playlists,
    }
    return {name: text.encode() for name, text in texts.items()}


def media_playlist(index: Index, rendition: RenditionRecord) -> MediaPlaylist:
    """Return the media playlist of one rendition, complete."""
    return MediaPlaylist(
        target_duration_s=index.target_duration_s,
        segments=segment_list(
            rendition.rung,
            rendition.segments,
            sample_rate_hz=index.sample_rate_hz,
            target_duration_s=index.target_duration_s,
        ),
        playlist_type=PlaylistType.VOD,
        end_list=True,
        independent_segments=True,
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
    language = index.tags.get("language", "")
    return Mpd(
        representations=tuple(
            Representation(rendition.rung, rendition.bandwidth_bps, rendition.codec)
            for rendition in sorted(index.renditions, key=lambda one: one.bitrate_bps)
        ),
        sample_rate_hz=index.sample_rate_hz,
        channels=index.channels,
        durations_ticks=tuple(end - start for start, end in pairwise(boundaries)),
        target_duration_s=index.target_duration_s,
        title=_plain(index.tags.get("title", "")) or None,
        language=language if _LANGUAGE.fullmatch(language) else None,
    )


def _session_data(index: Index) -> Iterator[SessionData]:
    for name in ("title", "artist", "album"):
        if text := _plain(index.tags.get(name, "")):
            yield SessionData(f"{SESSION_DATA_PREFIX}.{name}", text.replace('"', "'"))
    measures = {
        "integrated-lufs": index.loudness.integrated_lufs,
        "range-lu": index.loudness.range_lu,
        "true-peak-dbtp": index.loudness.true_peak_dbtp,
    }
    for name, value in measures.items():
        if value is not None:
            yield SessionData(f"{SESSION_DATA_PREFIX}.loudness.{name}", f"{value:.2f}")


def _plain(text: str) -> str:
    """Return text that both a playlist (RFC 8216 §4.1) and XML 1.0 can hold, as one NFC line."""
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", text)).strip()
