"""What is served beside the store's objects: an entry's playlist, its MPD and its metadata.

The playlist and the MPD are those of the revision, with its folder in front of every relative URI,
so that the entry can be one level up. They depend on the revision alone and are made once.
All URLs are relative: a path prefix in front of the entry (a playback token) is inherited.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from manifests.dash import with_base_url
from manifests.entry import Entry
from manifests.errors import ManifestError
from manifests.layout import MPD, MULTIVARIANT, WAVEFORM_BINARY, WAVEFORM_JSON, Revision
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from origin.delivery.body import MemoryBody
from origin.delivery.bounded import BoundedMap
from origin.delivery.errors import BrokenObject
from origin.delivery.published import PublishedRevision
from origin.delivery.reading import StoreReader

_BYTES_MAX: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Document:
    """Rendered bytes and their SHA-256 in hexadecimal."""

    body: MemoryBody
    digest: str

    @classmethod
    def of(cls, content: bytes) -> "Document":
        """Return the document that has this content."""
        return cls(MemoryBody(content), hashlib.sha256(content).hexdigest())


class EntryDocuments:
    """Renders documents of entries and remembers those that cannot change."""

    def __init__(self, reader: StoreReader, bytes_max: int = _BYTES_MAX) -> None:
        self._reader = reader
        self._rendered: BoundedMap[str, Document] = BoundedMap(bytes_max)

    async def playlist(self, where: Revision) -> Document:
        """Return the multivariant playlist as it reads from the root."""
        return await self._render(where, MULTIVARIANT)

    async def mpd(self, where: Revision) -> Document:
        """Return the MPD as it reads from the root."""
        return await self._render(where, MPD)

    async def _render(self, where: Revision, name: str) -> Document:
        key = where.key(name)
        known = self._rendered.get(key)
        if known is not None:
            return known
        stored = await self._reader.read(key)
        try:
            text = _playlist(stored, where) if name == MULTIVARIANT else _mpd(stored, where)
        except (ManifestError, UnicodeDecodeError) as error:
            raise BrokenObject("What was published here cannot be read.") from error
        document = Document.of(text.encode())
        self._rendered.put(key, document, document.body.size_bytes)
        return document


def metadata(entry: Entry, published: PublishedRevision) -> Document:
    """Return what the page and other readers may know of an entry, as JSON."""
    index = published.index
    content = {
        "playback_id": entry.playback_id,
        "title": entry.title or index.tags.get("title"),
        "artist": entry.artist or published.artist,
        "album": index.tags.get("album"),
        "duration_s": round(index.duration_s, 6),
        "samples": index.samples,
        "sample_rate_hz": index.sample_rate_hz,
        "channels": index.channels,
        "loudness": asdict(index.loudness),
        "renditions": [
            {
                "rung": rendition.rung,
                "codec": rendition.codec,
                "bandwidth_bps": rendition.bandwidth_bps,
                "average_bandwidth_bps": rendition.average_bandwidth_bps,
                "bitrate_bps": rendition.bitrate_bps,
            }
            for rendition in index.renditions
        ],
        "hls": f"{entry.playback_id}.m3u8",
        "dash": f"{entry.playback_id}.mpd",
        "waveform": _waveform(published),
        "artwork": _artwork(published),
        "placeholder": index.placeholder,
    }
    return Document.of(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def _playlist(stored: bytes, where: Revision) -> str:
    playlist = parse_playlist(stored)
    if not isinstance(playlist, MultivariantPlaylist):
        raise ManifestError("a multivariant playlist was expected")
    return playlist.with_uri_prefix(f"{where.prefix}/").render()


def _mpd(stored: bytes, where: Revision) -> str:
    return with_base_url(stored.decode(), f"{where.prefix}/")


def _waveform(published: PublishedRevision) -> dict[str, str] | None:
    if not {WAVEFORM_JSON, WAVEFORM_BINARY} <= published.objects.keys():
        return None
    return {
        "json": published.where.key(WAVEFORM_JSON),
        "binary": published.where.key(WAVEFORM_BINARY),
    }


def _artwork(published: PublishedRevision) -> list[dict[str, Any]]:
    return [
        {
            "url": published.where.key(artwork.name),
            "width_px": artwork.width_px,
            "height_px": artwork.height_px,
            "media_type": artwork.media_type,
        }
        for artwork in published.index.artwork
    ]
