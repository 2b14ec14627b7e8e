"""What is served beside the store's objects: an entry's playlist and its MPD.

The playlist and the MPD are those of the revision, with its folder in front of every relative URI,
so that the entry can be one level up. They depend on the revision alone and are made once.
All URLs are relative: a path prefix in front of the entry (a playback token) is inherited.

Where players are steered, a playlist is offered (``Offer``) with what that takes: the address of
its steering manifest, which is one of the playback id, and the pathways, if it may name them. Both
stay as they are for as long as the process runs.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from manifests.dash import with_base_url
from manifests.errors import ManifestError
from manifests.layout import MEDIA_PREFIX, MPD, MULTIVARIANT, PACKED_MULTIVARIANT, Revision
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist
from origin.delivery.body import MemoryBody
from origin.delivery.bounded import ENTRY_BYTES, BoundedMap
from origin.delivery.errors import NotFound
from origin.delivery.published import PublishedRevision
from origin.delivery.reading import Reader, well_formed
from origin.memory_shares import USUAL


@dataclass(frozen=True, slots=True)
class Document:
    """Rendered bytes and their SHA-256 in hexadecimal."""

    body: MemoryBody
    digest: str

    @classmethod
    def of(cls, content: bytes) -> "Document":
        """Return the document that has this content."""
        return cls(MemoryBody(content), hashlib.sha256(content).hexdigest())


Offer = Callable[[MultivariantPlaylist, str], MultivariantPlaylist]
"""Makes of a playlist, as it reads from the root, what a playback id is answered with."""


def offer_as_it_is(playlist: MultivariantPlaylist, _playback_id: str) -> MultivariantPlaylist:
    """Offer the playlist of a presentation that is in one place."""
    return playlist


class EntryDocuments:
    """Renders documents of entries and remembers those that cannot change."""

    def __init__(
        self,
        reader: Reader,
        bytes_max: int = USUAL.documents // 2,
        offer: Offer = offer_as_it_is,
    ) -> None:
        self._reader = reader
        self._offer = offer
        self._rendered: BoundedMap[str, Document] = BoundedMap(bytes_max)

    async def playlist(self, published: PublishedRevision, playback_id: str) -> Document:
        """Return the multivariant playlist as it reads from the root."""
        return await self._render(published, MULTIVARIANT, "an HLS playlist", playback_id)

    async def packed_playlist(self, published: PublishedRevision, playback_id: str) -> Document:
        """Return the multivariant playlist of packed audio as it reads from the root."""
        return await self._render(published, PACKED_MULTIVARIANT, "packed audio", playback_id)

    async def mpd(self, published: PublishedRevision) -> Document:
        """Return the MPD as it reads from the root."""
        return await self._render(published, MPD, "an MPD", "")

    def removed(self, asset_id: str) -> None:
        """Remember nothing of an asset that was removed."""
        self._rendered.drop_those(lambda key: key.startswith(f"{MEDIA_PREFIX}/{asset_id}/"))

    async def _render(
        self, published: PublishedRevision, name: str, what: str, playback_id: str
    ) -> Document:
        """Render what is as its index says; NotFound for what the revision does not have."""
        where, listed = published.where, published.objects.get(name)
        if listed is None:
            raise NotFound(f"This was packaged without {what}.")
        key = where.key(name)
        known_as = f"{key}?{playback_id}"
        known = self._rendered.get(known_as)
        if known is not None:
            return known
        stored = await self._reader.read(key, listed=listed)
        known = self._rendered.get(known_as)
        if known is not None:  # by one of those who waited for the same read
            return known
        with well_formed():
            if name == MPD:
                text = _mpd(stored, where)
            else:
                text = self._offer(_playlist(stored, where), playback_id).render()
        document = Document.of(text.encode())
        if not published.doubted:
            self._rendered.put(known_as, document, document.body.size_bytes + ENTRY_BYTES)
        return document


def read_multivariant(stored: bytes) -> MultivariantPlaylist:
    """Return the playlist that the store holds; ManifestError where it is another kind of one."""
    playlist = parse_playlist(stored)
    if not isinstance(playlist, MultivariantPlaylist):
        raise ManifestError("a multivariant playlist was expected")
    return playlist


def _playlist(stored: bytes, where: Revision) -> MultivariantPlaylist:
    return read_multivariant(stored).with_uri_prefix(f"{where.prefix}/")


def _mpd(stored: bytes, where: Revision) -> str:
    return with_base_url(stored.decode(), f"{where.prefix}/")
