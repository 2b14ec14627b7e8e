"""How far each rendition of a growing revision is, as its playlists in the store say."""

import asyncio
from dataclasses import dataclass
from typing import Final

import obstore
from obstore.store import ObjectStore

from cdn.policy.lifetime import USUAL_TARGET_DURATION_S
from manifests import layout
from manifests.entry import Entry
from manifests.errors import ManifestError
from manifests.growing import ProvisionalRendition, provisional_renditions
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from packager.publishing.reasons import STORE_ERRORS

_READS_S: Final = 2.0
_SEGMENT: Final = b"#EXTINF:"


@dataclass(frozen=True, slots=True)
class Growth:
    """A rendition of which ``segments`` are there; ``done`` is how much that is, of 1."""

    rendition: ProvisionalRendition
    segments: int
    done: float


async def growth_of(store: ObjectStore, entry: Entry) -> list[Growth]:
    """Return how far each rendition is; nothing where the store does not tell, or not in time."""
    try:
        async with asyncio.timeout(_READS_S):
            said = parse_playlist(await _read(store, entry, layout.MULTIVARIANT))
            if not isinstance(said, MultivariantPlaylist):
                return []
            renditions = provisional_renditions(said)
            return [await _growth(store, entry, rendition) for rendition in renditions]
    except (*STORE_ERRORS, ManifestError):  # TimeoutError is an OSError
        return []


async def _growth(store: ObjectStore, entry: Entry, rendition: ProvisionalRendition) -> Growth:
    playlist = await _read(store, entry, layout.playlist_name(rendition.rung))
    segments = playlist.count(_SEGMENT)
    expected_s = max(entry.duration_s, 1.0)
    return Growth(rendition, segments, min(segments * USUAL_TARGET_DURATION_S / expected_s, 1.0))


async def _read(store: ObjectStore, entry: Entry, name: str) -> bytes:
    found = await obstore.get_async(store, entry.where.growing_key(name))
    return bytes(await found.bytes_async())
