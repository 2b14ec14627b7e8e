"""One revision on its way into the store.

Objects go in as they are made, since a whole asset may not fit into memory; the index goes in last
and tells that all else is there. Two runs of one source make the same objects under the same keys
and know nothing of each other. So none completes what another has taken out, and who ends early
asks first whether another has completed it.

What something lists is never written over by anything else: whoever fetched it may keep it for a
year. What nothing lists is what an earlier run left, and gives way.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from manifests import layout
from manifests.errors import ManifestError
from manifests.index import Index, StoredObject
from manifests.layout import Revision
from packager.errors import RevisionGone, StoreFailed
from packager.publishing.recorded import recorded_digests
from packager.publishing.storage import Storage

OnGrowth = Callable[[Sequence[str]], None]


class Publication:
    """The objects of one revision; its methods raise StoreFailed.

    ``on_growth`` is given the keys of what was written in place of what players may have fetched.
    """

    def __init__(
        self, storage: Storage, where: Revision, on_growth: OnGrowth | None = None
    ) -> None:
        self.storage = storage
        self.where = where
        self._on_growth = on_growth
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

    def lacks_any_of(self, index: Index) -> bool:
        """Tell whether anything that an index lists is not there, or of another size."""
        there = self.storage.sizes_bytes(self.where.prefix)
        listed = index.objects().values()
        return any(there.get(self.where.key(one.name)) != one.size_bytes for one in listed)

    def confirm(self) -> None:
        """Raise RevisionGone where the index has gone.

        Nothing points at an old revision until its entry is written: who collects garbage may have
        begun to remove it.
        """
        if self.storage.read(self.where.key(layout.INDEX)) is None:
            raise RevisionGone(
                "What it was packaged into before has just been removed as garbage. Package again."
            )

    def put_all(self, contents: Mapping[str, bytes]) -> tuple[StoredObject, ...]:
        """Store objects of the revision by name, in any order."""
        there = self.storage.create_all(
            {self.where.key(name): data for name, data in contents.items()}
        )
        if there:
            self._replace({n: data for n, data in contents.items() if self.where.key(n) in there})
        stored = tuple(
            StoredObject(name, len(data), _sha256(data)) for name, data in contents.items()
        )
        self.adopt(stored)
        return stored

    def _replace(self, contents: Mapping[str, bytes]) -> None:
        """Write over what is there and differs, unless something lists it as it is."""
        found = self.storage.read_all(self.where.key(name) for name in contents)
        differing = {
            n: data for n, data in contents.items() if found.get(self.where.key(n)) != data
        }
        if not differing:
            return
        listed = recorded_digests(self.storage, self.where)
        index = self.existing_index()
        if index is not None:
            listed |= {name: stored.sha256 for name, stored in index.objects().items()}
        for name in differing:
            if listed.get(name) == _sha256(found.get(self.where.key(name), b"")):
                raise StoreFailed(
                    f"Another run has made something else of {self.where.key(name)}, which may be "
                    "in use. Package again."
                )
        self.storage.put_all({self.where.key(name): data for name, data in differing.items()})

    def adopt(self, stored: Iterable[StoredObject]) -> None:
        """Take for ours what an earlier run has stored."""
        self._sizes_bytes |= {one.name: one.size_bytes for one in stored}

    def put_growing(self, contents: Mapping[str, bytes]) -> None:
        """Store objects that stand in until the revision is complete, by name, in any order."""
        growing = {self.where.growing_key(name): data for name, data in contents.items()}
        self.storage.put_all(growing)
        if self._on_growth is not None and growing:
            self._on_growth(tuple(growing))

    def read_growing(self, names: Iterable[str]) -> dict[str, bytes]:
        """Return those of such objects that are there, by name."""
        keys = {self.where.growing_key(name): name for name in names}
        return {keys[key]: data for key, data in self.storage.read_all(keys).items()}

    def complete(self, index: Index) -> None:
        """Store the index; raises RevisionGone where something of it is not there any more."""
        there = self.storage.sizes_bytes(self.where.prefix)
        if any(there.get(self.where.key(name)) != size for name, size in self._sizes_bytes.items()):
            raise RevisionGone(
                "Another run took away a part of it while this one was at work. Package again."
            )
        key, data = self.where.key(layout.INDEX), index.to_json()
        self._is_ours = self.storage.create(key, data)
        if self._is_ours:
            return
        existing = self.existing_index()
        if existing is None:  # there is something, and nobody can read it
            self._is_ours = True
            self.storage.put(key, data)
        elif existing != index:
            raise StoreFailed("Another run has made something else in its place. Package again.")

    def is_complete_elsewhere(self) -> bool:
        """Tell whether another run has completed the revision, or may have."""
        if self._is_ours:
            return False
        try:
            return self.existing_index() is not None
        except StoreFailed:  # rather leave something behind than break what plays
            return True


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
