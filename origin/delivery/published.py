"""What the store says is published: entries, read afresh, and revisions, read once.

An entry may change, a revision never does, so the facts of a revision are kept in a bounded map:
with them an entity tag, a size or a "no such object" needs no read at all. What is doubted, since a
store that does not answer may know better, is kept only until it is looked for again. A revision is
complete once its index is there; until then nothing is known of it but whose it is.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from manifests.credits import Credits
from manifests.entry import Entry
from manifests.index import Index, StoredObject
from manifests.layout import CREDITS, ENTRY_PREFIX, INDEX, Revision, entry_key
from origin.delivery.bounded import ENTRY_BYTES, BoundedMap
from origin.delivery.errors import BrokenObject, NotFound, StoreUnavailable
from origin.delivery.reading import Doubts, Missing, Reader, no_doubt, well_formed
from origin.memory_shares import USUAL

ENTRY_BYTES_MAX: Final = 64 * 1024
CONTRADICTED_AFTER_S: Final = 1.0
"""How old facts are that are read again because an object does not fit them."""
_CONCURRENT_READS: Final = 16
_CREDITS_MAX: Final = 10_000
_BYTES_OF_JSON: Final = 2.5
"""What one byte of an index takes when it has been read: 400 for an object that is listed."""


@dataclass(frozen=True, slots=True)
class PublishedRevision:
    """A revision and its objects by name, read at ``since_s``."""

    where: Revision
    index: Index
    objects: dict[str, StoredObject]
    since_s: float
    doubted_until_s: float | None = None

    @property
    def doubted(self) -> bool:
        """Whether a store that did not answer may know better."""
        return self.doubted_until_s is not None

    @property
    def artist(self) -> str | None:
        """Who made it, as its tags say."""
        return self.index.tags.get("artist")


class NewestEntries(NamedTuple):
    """Entries, the newest first."""

    entries: Sequence[Entry]
    missing: Missing


class Published:
    """Entries and revisions of one store."""

    def __init__(
        self,
        reader: Reader,
        bytes_max: int = USUAL.indexes,
        doubts: Doubts = no_doubt,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reader = reader
        self._doubts = doubts
        self._clock = clock
        self._revisions: BoundedMap[Revision, PublishedRevision] = BoundedMap(bytes_max)
        self._credits: BoundedMap[Revision, Credits] = BoundedMap(_CREDITS_MAX)
        self._removed = 0
        """How often something was: what was read meanwhile may be of that."""

    async def entry(self, playback_id: str) -> Entry:
        """Return what ``playback_id`` plays now; NotFound where nothing has that id."""
        return await self._read_entry(entry_key(playback_id))

    async def newest_entries(self, count: int) -> NewestEntries:
        """Return the entries that were published last."""
        keys, missing = await self._reader.newest(ENTRY_PREFIX, count)
        places = asyncio.Semaphore(_CONCURRENT_READS)
        found = await asyncio.gather(*(self._readable_entry(key, places) for key in keys))
        entries = [entry for entry in found if isinstance(entry, Entry)]
        unknown = [error for error in found if isinstance(error, StoreUnavailable)]
        if unknown and len(unknown) == len(found):
            raise unknown[0]
        entries.sort(key=lambda entry: (entry.created_at, entry.playback_id), reverse=True)
        return NewestEntries(entries, Missing.WHAT_NOBODY_CAN_TELL if unknown else missing)

    async def revision(self, where: Revision, *, is_announced: bool = True) -> PublishedRevision:
        """Return a revision's facts; NotFound where there is none.

        It ``is_announced`` by whatever leads to a complete revision alone. Those who listen to one
        that grows look again and again whether it is complete: what they did not find by then must
        not hide it from who knows that it is.
        """
        known = self._known(where)
        if known is not None:
            return known
        removed = self._removed
        data = await self._reader.read(where.key(INDEX), is_announced=is_announced)
        known = self._known(where)
        if known is not None:  # by one of those who waited for the same read
            return known
        with well_formed():
            index = Index.from_json(data)
        found = PublishedRevision(
            where, index, index.objects(), self._clock(), self._doubts(where.key(INDEX))
        )
        if self._removed == removed:
            self._revisions.put(where, found, int(len(data) * _BYTES_OF_JSON) + ENTRY_BYTES)
        return found

    async def complete_revision(self, where: Revision) -> PublishedRevision | None:
        """Return a revision's facts, or None while it has not been finished."""
        try:
            return await self.revision(where, is_announced=False)
        except NotFound:
            return None

    def contradicted(self, where: Revision) -> None:
        """Look for a revision's facts again, which an object of it does not fit.

        Not where that was just done: it is the object, then.
        """
        known = self._revisions.get(where)
        if known is not None and self._clock() >= known.since_s + CONTRADICTED_AFTER_S:
            self._revisions.drop(where)

    def removed(self, asset_id: str) -> None:
        """Know nothing of an asset that was removed."""
        self._removed += 1
        for known in (self._revisions, self._credits):
            known.drop_those(lambda where: where.asset_id == asset_id)

    async def growing_artist(self, where: Revision) -> str | None:
        """Return whose a revision is that is not complete yet; None where nothing tells.

        Older versions of the packager did not say.
        """
        known = self._credits.get(where)
        if known is None:
            try:
                key = where.growing_key(CREDITS)
                data = await self._reader.read(key, limit_bytes=ENTRY_BYTES_MAX, check=_credits)
            except NotFound:
                return None
            known = _credits(key, data)
            if not self.is_doubted(where):
                self._credits.put(where, known, 1)
        return known.artist

    def is_doubted(self, where: Revision) -> bool:
        """Tell whether what was just read of a revision that grows is another store's to say."""
        return self._doubts(where.key(INDEX)) is not None

    def is_entry_doubted(self, entry: Entry) -> bool:
        """Tell whether another store may know better of an entry, or of its revision."""
        if self._doubts(entry_key(entry.playback_id)) is not None:
            return True
        known = self._known(entry.where)
        return self.is_doubted(entry.where) if known is None else known.doubted

    def _known(self, where: Revision) -> PublishedRevision | None:
        """Return a revision's facts, if they are known and need not be looked for again."""
        known = self._revisions.get(where)
        if known is None or known.doubted_until_s is None:
            return known
        return known if self._clock() < known.doubted_until_s else None

    async def _readable_entry(
        self, key: str, places: asyncio.Semaphore
    ) -> Entry | StoreUnavailable | None:
        """Return an entry of a listing; one that goes, or cannot be read, hides no other."""
        async with places:
            try:
                return await self._read_entry(key)
            except (NotFound, BrokenObject):
                return None
            except StoreUnavailable as error:
                return error

    async def _read_entry(self, key: str) -> Entry:
        data = await self._reader.read(key, limit_bytes=ENTRY_BYTES_MAX, check=_entry)
        return _entry(key, data)


def _entry(key: str, data: bytes) -> Entry:
    with well_formed():
        entry = Entry.from_json(data)
    if entry_key(entry.playback_id) != key:
        raise BrokenObject("What was published here is of another playback id.")
    return entry


def _credits(_key: str, data: bytes) -> Credits:
    with well_formed():
        return Credits.from_json(data)
