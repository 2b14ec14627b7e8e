"""The immutable objects of revisions.

What a complete revision holds is known from its index. Segments are played before there is one;
until then, the records of chunks tell what they are (``recorded``). So a segment has the same
entity tag before and after, and a cache that filled itself early holds what everyone else gets. Its
artist comes from the revision's credits until it comes from the index.

None of them tells when it was last modified. Whose date "can be reasonably and consistently
determined" should tell it (RFC 9110 §8.8.2.1); theirs cannot. An index has no time in it, so that
the same source gives the same bytes; the store's time is another for each object, for each copy of
it, and after every move; and an entry, which has one, is not found from a revision. Two nodes that
disagree would be worse than none that tells: the entity tag, a digest, says all that is needed.
"""

from typing import Final

from cdn.policy.object_class import ObjectClass
from manifests.index import SegmentRecord, StoredObject
from manifests.layout import MEDIA_PREFIX, Revision, name_after
from origin.cache.record import Found, current
from origin.delivery.address import ObjectKind
from origin.delivery.answer import Resource
from origin.delivery.body import StoredBody
from origin.delivery.bounded import BoundedMap
from origin.delivery.errors import NotFound
from origin.delivery.published import Published, PublishedRevision
from origin.delivery.reading import Reader
from origin.delivery.recorded import RecordedSegments
from origin.delivery.static_data import static_of_segment
from origin.memory_shares import USUAL

_PROVEN_BYTES: Final = 500
"""What it takes to remember a segment of an unfinished revision."""


class RevisionObjects:
    """The objects of all revisions of one store."""

    def __init__(
        self, reader: Reader, published: Published, bytes_max: int = USUAL.segments
    ) -> None:
        self._reader = reader
        self._published = published
        self._recorded = RecordedSegments(reader, published.is_doubted)
        self._proven: BoundedMap[str, StoredObject] = BoundedMap(bytes_max)

    async def find(self, where: Revision, name: str, kind: ObjectKind) -> Resource:
        """Return the object called ``name``; NotFound where it is not there, or not yet."""
        if kind.object_class is not ObjectClass.SEGMENT:
            return self._listed(await self._published.revision(where), name, kind)
        published = await self._published.complete_revision(where)
        if published is None:
            return await self._growing_segment(where, name, kind)
        return self._listed(published, name, kind)

    def removed(self, asset_id: str) -> None:
        """Remember nothing of an asset that was removed."""
        self._proven.drop_those(lambda key: key.startswith(f"{MEDIA_PREFIX}/{asset_id}/"))

    def _listed(self, published: PublishedRevision, name: str, kind: ObjectKind) -> Resource:
        stored = published.objects.get(name)
        if stored is None:
            current().note(Found.ABSENCE)
            raise NotFound("The revision has no object of this name.")
        return Resource(
            kind,
            stored.sha256,
            StoredBody(
                self._reader, published.where.key(name), stored, _following(published, name, kind)
            ),
            asset_id=published.where.asset_id,
            artist=published.artist,
            doubted=published.doubted,
            static_data=static_of_segment(published, stored)
            if isinstance(stored, SegmentRecord)
            else None,
        )

    async def _growing_segment(self, where: Revision, name: str, kind: ObjectKind) -> Resource:
        key = where.key(name)
        stored, doubted = self._proven.get(key), False
        if stored is None:
            stored = await self._recorded.find(where, name)
            doubted = self._published.is_doubted(where)
            await self._reader.read(key, listed=stored)
            if not doubted:
                self._proven.put(key, stored, _PROVEN_BYTES)
        return Resource(
            kind,
            stored.sha256,
            StoredBody(self._reader, key, stored),
            asset_id=where.asset_id,
            artist=await self._published.growing_artist(where),
            doubted=doubted,
        )


def _following(
    published: PublishedRevision, name: str, kind: ObjectKind
) -> tuple[str, StoredObject] | None:
    """Return the key of the segment that is played after a segment, and what it is."""
    if kind.object_class is not ObjectClass.SEGMENT:
        return None
    after = name_after(name)
    stored = published.objects.get(after)
    return None if stored is None else (published.where.key(after), stored)
