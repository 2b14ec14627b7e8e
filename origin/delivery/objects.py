"""The immutable objects of revisions.

What a complete revision holds is known from its index. Segments are played before there is one:
then the object itself tells its size and its digest, so that a segment has the same entity tag
before and after, and a cache that filled itself early holds what everyone else gets.
"""

import hashlib

from cdn.policy import ObjectClass
from manifests.layout import Revision
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource
from origin.delivery.body import MemoryBody, StoredBody
from origin.delivery.errors import NotFound
from origin.delivery.published import Published, PublishedRevision
from origin.delivery.reading import StoreReader


class RevisionObjects:
    """The objects of all revisions of one store."""

    def __init__(self, reader: StoreReader, published: Published) -> None:
        self._reader = reader
        self._published = published

    async def find(self, where: Revision, name: str, kind: ObjectKind) -> Resource:
        """Return the object called ``name``; NotFound where it is not there, or not yet."""
        published = await self._published.complete_revision(where)
        if published is not None:
            return self._listed(published, name, kind)
        if kind.object_class is ObjectClass.SEGMENT:
            return await self._unlisted(where, name, kind)
        raise NotFound("There is no such revision, or it is not complete yet.")

    def _listed(self, published: PublishedRevision, name: str, kind: ObjectKind) -> Resource:
        stored = published.objects.get(name)
        if stored is None:
            raise NotFound("The revision has no object of this name.")
        return Resource(
            kind,
            stored.sha256,
            StoredBody(self._reader, published.where.key(name), stored.size_bytes),
            asset_id=published.where.asset_id,
            artist=published.artist,
        )

    async def _unlisted(self, where: Revision, name: str, kind: ObjectKind) -> Resource:
        content = await self._reader.read(where.key(name))
        digest = hashlib.sha256(content).hexdigest()
        return Resource(kind, digest, MemoryBody(content), asset_id=where.asset_id)
