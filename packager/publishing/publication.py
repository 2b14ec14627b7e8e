"""One revision on its way into the store.

Objects go in as they are made, since a whole asset may not fit into memory; the index goes in last
and tells that all else is there. Two runs of one source make the same objects under the same keys
and know nothing of each other. So none completes what another has taken out, and who ends early
asks first whether another has completed it.
"""

import hashlib
from collections.abc import Iterable, Mapping

from manifests import layout
from manifests.errors import ManifestError
from manifests.index import Index, StoredObject
from manifests.layout import Revision
from packager.errors import StoreFailed
from packager.publishing.storage import Storage


class Publication:
    """The objects of one revision; its methods raise StoreFailed."""

    def __init__(self, storage: Storage, where: Revision) -> None:
        self.storage = storage
        self.where = where
        self._sizes_bytes: dict[str, int] = {}
        self._is_ours = False

    def existing_index(self) -> Index | None:
        """Return the index of a revision that is complete already."""
        data = self.storage.read(self.where.key(layout.INDEX))
        if data is None:
            return None
        try:
            return Index.from_json(data)
        except ManifestError:
            return None

    def confirm(self) -> None:
        """Raise StoreFailed where the index has gone.

        Nothing points at an old revision until its entry is written: who collects garbage may have
        begun to remove it.
        """
        if self.storage.read(self.where.key(layout.INDEX)) is None:
            raise StoreFailed(
                "What it was packaged into before has just been removed as garbage. Package again."
            )

    def put_all(self, contents: Mapping[str, bytes]) -> tuple[StoredObject, ...]:
        """Store objects of the revision by name, in any order."""
        self.storage.put_all({self.where.key(name): data for name, data in contents.items()})
        stored = tuple(
            StoredObject(name, len(data), hashlib.sha256(data).hexdigest())
            for name, data in contents.items()
        )
        self.adopt(stored)
        return stored

    def adopt(self, stored: Iterable[StoredObject]) -> None:
        """Take for ours what an earlier run has stored."""
        self._sizes_bytes |= {one.name: one.size_bytes for one in stored}

    def put_growing(self, contents: Mapping[str, bytes]) -> None:
        """Store objects that stand in until the revision is complete, by name, in any order."""
        self.storage.put_all(
            {self.where.growing_key(name): data for name, data in contents.items()}
        )

    def complete(self, index: Index) -> None:
        """Store the index; raises StoreFailed where something of it is not there any more."""
        there = self.storage.sizes_bytes(self.where.prefix)
        if any(there.get(self.where.key(name)) != size for name, size in self._sizes_bytes.items()):
            raise StoreFailed(
                "Another run took away a part of it while this one was at work. Package again."
            )
        self._is_ours = self.existing_index() is None
        self.storage.put(self.where.key(layout.INDEX), index.to_json())

    def is_complete_elsewhere(self) -> bool:
        """Tell whether another run has completed the revision, or may have."""
        if self._is_ours:
            return False
        try:
            return self.existing_index() is not None
        except StoreFailed:  # rather leave something behind than break what plays
            return True
