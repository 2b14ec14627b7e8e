"""The immutable objects of revisions.

What a complete revision holds is known from its index. Segments are played before there is one:
then the object itself tells its size and its digest, so that a segment has the same entity tag
before and after, and a cache that filled itself early holds what everyone else gets. It is read
whole for that once: its bytes never change, so what it told is remembered.
"""

import hashlib
from typing import Final

from cdn.policy import ObjectClass
from manifests.index import StoredObject
from manifests.layout import Revision, name_after
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource
from origin.delivery.body import MemoryBody, StoredBody
from origin.delivery.bounded import BoundedMap
from origin.delivery.errors import NotFound
from origin.delivery.published import Published, PublishedRevision
from origin.delivery.reading import Reader
from origin.memory_shares import USUAL

_UNLISTED_BYTES: Final = 500
"""What it takes to remember a segment of an unfinished revision."""


class RevisionObjects:
    """The objects of all revisions of one store."""

    def __init__(
        self, reader: Reader, published: Published, bytes_max: int = USUAL.segments
    ) -> None:
        self._reader = reader
        self._published = published
        self._unlisted: BoundedMap[str, StoredObject] = BoundedMap(bytes_max)

    async def find(self, where: Revision, name: str, kind: ObjectKind) -> Resource:
        """Return the object called ``name``; NotFound where it is not there, or not yet."""
        published = await self._published.complete_revision(where)
        if published is not None:
            return self._listed(published, name, kind)
        if kind.object_class is ObjectClass.SEGMENT:
            return await self._find_unlisted(where, name, kind)
        raise NotFound("There is no such revision, or it is not complete yet.")

    def _listed(self, published: PublishedRevision, name: str, kind: ObjectKind) -> Resource:
        stored = published.objects.get(name)
        if stored is None:
            raise NotFound("The revision has no object of this name.")
        return Resource(
            kind,
            stored.sha256,
            StoredBody(
                self._reader, published.where.key(name), stored, _following(published, name, kind)
            ),
            asset_id=published.where.asset_id,
            artist=published.artist,
        )

    async def _find_unlisted(self, where: Revision, name: str, kind: ObjectKind) -> Resource:
        key = where.key(name)
        known = self._unlisted.get(key)
        if known is not None:
            body = StoredBody(self._reader, key, known)
            return Resource(kind, known.sha256, body, asset_id=where.asset_id)
        content = await self._reader.read(key)
        digest = hashlib.sha256(content).hexdigest()
        self._unlisted.put(key, StoredObject(name, len(content), digest), _UNLISTED_BYTES)
        return Resource(kind, digest, MemoryBody(content), asset_id=where.asset_id)


def _following(
    published: PublishedRevision, name: str, kind: ObjectKind
) -> tuple[str, StoredObject] | None:
    """Return the key of the segment that is played after a segment, and what it is."""
    if kind.object_class is not ObjectClass.SEGMENT:
        return None
    after = name_after(name)
    stored = published.objects.get(after)
    return None if stored is None else (published.where.key(after), stored)
