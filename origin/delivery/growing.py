"""The documents of an asset that is still being packaged.

Its playlists are rewritten in the store as segments come, so they are read for every answer. Once
the revision is complete, its index answers in their place: with the same lines up to
EXT-X-ENDLIST, and with the final initialization sections. So a player that began early goes on to
the end, whether or not the last playlist was still written, and also after ``growing/`` was
removed.
"""

import re
from collections.abc import Mapping
from typing import Final

from cdn.policy.lifetime import USUAL_TARGET_DURATION_S
from manifests.boxes import read_init
from manifests.boxes.box import boxes
from manifests.growing import ProvisionalRendition, media_playlist, provisional_renditions
from manifests.index import RenditionRecord
from manifests.layout import GROWING_PREFIX, INIT, MULTIVARIANT, PLAYLIST, Revision
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.presentation import multivariant_playlist
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource
from origin.delivery.bounded import ENTRY_BYTES, BoundedMap
from origin.delivery.documents import Document, Offer, offer_as_it_is, read_multivariant
from origin.delivery.errors import BrokenObject, NotFound
from origin.delivery.published import Published, PublishedRevision
from origin.delivery.reading import Check, Reader, no_check, well_formed
from origin.memory_shares import USUAL

_TARGET_DURATION: Final = re.compile(rb"^#EXT-X-TARGETDURATION:([0-9]{1,5})$", re.MULTILINE)
_FIRST_LINE: Final = b"#EXTM3U\n"
_OF_WHAT_FOLLOWS: Final = b"#EXTINF:"
_END: Final = b"#EXT-X-ENDLIST\n"
_BEFORE_SEGMENTS_BYTES: Final = 1024
"""Where to look for it: a playlist of many hours is not read for every answer."""


class GrowingDocuments:
    """What is below ``growing/`` in one store, and what is made of it."""

    def __init__(
        self,
        reader: Reader,
        published: Published,
        bytes_max: int = USUAL.documents // 2,
        offer: Offer = offer_as_it_is,
    ) -> None:
        self._offer = offer
        self._reader = reader
        self._published = published
        self._completed: BoundedMap[str, Document] = BoundedMap(bytes_max)

    async def find(self, where: Revision, name: str, kind: ObjectKind) -> Resource:
        """Return a playlist or an initialization section; NotFound where it is not there."""
        published = await self._published.complete_revision(where)
        if published is None:
            check = _CHECKS.get(name.rpartition("/")[2], no_check)
            document = Document.of(await self._reader.read(where.growing_key(name), check=check))
            artist = await self._published.growing_artist(where)
            doubted = self._published.is_doubted(where)
        else:
            document = await self._completed_document(published, name)
            artist, doubted = published.artist, published.doubted
        return Resource(
            kind,
            document.digest,
            document.body,
            asset_id=where.asset_id,
            artist=artist,
            doubted=doubted,
            target_duration_s=_target_duration_s(document.body.content),
        )

    def removed(self, asset_id: str) -> None:
        """Remember nothing of an asset that was removed."""
        self._completed.drop_those(lambda key: key.startswith(f"{GROWING_PREFIX}/{asset_id}/"))

    async def entry_playlist(self, where: Revision, playback_id: str) -> Document:
        """Return the provisional multivariant playlist as it reads from the root."""
        playlist = await self._multivariant(where)
        with well_formed():
            prefixed = playlist.with_uri_prefix(f"{where.growing_prefix}/")
            return Document.of(self._offer(prefixed, playback_id).render().encode())

    async def renditions(self, where: Revision) -> tuple[ProvisionalRendition, ...]:
        """Return what the provisional multivariant playlist tells of the renditions."""
        playlist = await self._multivariant(where)
        with well_formed():
            return provisional_renditions(playlist)

    async def _multivariant(self, where: Revision) -> MultivariantPlaylist:
        key = where.growing_key(MULTIVARIANT)
        return _multivariant(key, await self._reader.read(key, check=_multivariant))

    async def _completed_document(self, published: PublishedRevision, name: str) -> Document:
        key = published.where.growing_key(name)
        known = self._completed.get(key)
        if known is not None:
            return known
        with well_formed():
            document = Document.of(await self._complete(published, name))
        if not published.doubted:
            self._completed.put(key, document, document.body.size_bytes + ENTRY_BYTES)
        return document

    async def _complete(self, published: PublishedRevision, name: str) -> bytes:
        if name == MULTIVARIANT:
            return multivariant_playlist(published.index).render().encode()
        rung, _, file_name = name.partition("/")
        found = [each for each in published.index.renditions if each.rung == rung]
        if not found:
            raise NotFound("The revision has no rendition of this name.")
        if file_name == INIT:
            return await self._reader.read(published.where.key(name), listed=found[0].init)
        return _ended_playlist(published, found[0])


def _multivariant(_key: str, stored: bytes) -> MultivariantPlaylist:
    if not stored.endswith(b"\n"):  # its last URI may be half of one
        raise BrokenObject("What is there is not all of a multivariant playlist.")
    with well_formed():
        return read_multivariant(stored)


def _media_playlist(_key: str, stored: bytes) -> None:
    """Refuse what is none, or was cut off: one of many hours is not parsed whenever it has grown.

    It begins with its first segment, and ends with the last one or with EXT-X-ENDLIST. A block that
    was never written reads as zeros. Raises BrokenObject.
    """
    last_line = stored[stored.rfind(b"\n", 0, -1) + 1 :]
    if not stored.startswith(_FIRST_LINE) or not stored.endswith(b"\n") or b"\0" in stored:
        raise BrokenObject("What is there is no media playlist, or not all of one.")
    if _OF_WHAT_FOLLOWS not in stored:
        raise BrokenObject("What is there names no segment: it is no media playlist that grows.")
    if last_line.startswith(b"#") and last_line != _END:
        raise BrokenObject("The media playlist ends before its last segment is named.")


def _init(_key: str, stored: bytes) -> None:
    """Refuse what is no initialization section, or not all of one; raises BrokenObject."""
    with well_formed():
        facts = read_init(stored)
        end = [found.end for found in boxes(stored)][-1]
    if not facts.tracks or end != len(stored):
        raise BrokenObject("What is there is no initialization section, or not all of one.")


_CHECKS: Final[Mapping[str, Check]] = {
    MULTIVARIANT: _multivariant,
    PLAYLIST: _media_playlist,
    INIT: _init,
}
"""By the name of a file: what grows is in no index that could vouch for it."""


def _target_duration_s(document: bytes) -> int:
    """Return what a playlist tells; the usual where it is no media playlist, or tells nothing."""
    found = _TARGET_DURATION.search(document, 0, _BEFORE_SEGMENTS_BYTES)
    return USUAL_TARGET_DURATION_S if found is None else int(found[1])


def _ended_playlist(published: PublishedRevision, rendition: RenditionRecord) -> bytes:
    index = published.index
    playlist = media_playlist(
        published.where,
        rendition.rung,
        rendition.segments,
        sample_rate_hz=index.sample_rate_hz,
        target_duration_s=index.target_duration_s,
        ended=True,
    )
    return playlist.render().encode()
