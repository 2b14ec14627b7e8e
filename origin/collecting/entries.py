"""Every entry of a store, by the asset that it is of.

An entry that cannot be read might point at anything, so nothing may go while there is one.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import obstore
from obstore.store import ObjectStore

from manifests.entry import Entry
from manifests.errors import ManifestError
from manifests.layout import ENTRY_PREFIX
from origin.collecting.errors import CollectionFailed, translated
from origin.collecting.holdings import as_stored
from packager.publishing.answers import whole_answer
from packager.publishing.garbage import Pointer
from packager.publishing.listing import pages

if TYPE_CHECKING:
    from obstore import ObjectMeta

_ENTRY_BYTES_MAX: Final = 64 * 1024
_READ_AT_ONCE: Final = 16


@dataclass(frozen=True, slots=True)
class _Read:
    """What an entry said when it was read, and the entity tag that it had then."""

    entity_tag: str | None
    asset_id: str
    pointer: Pointer


class Entries:
    """The entries of one store, as of the last ``refresh``, which raises CollectionFailed."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._known: dict[str, _Read] = {}
        self._by_asset: dict[str, list[Pointer]] = {}

    def of(self, asset_id: str) -> tuple[Pointer, ...]:
        """Return the entries that point at a revision of this asset."""
        return tuple(self._by_asset.get(asset_id, ()))

    def of_now(self, asset_id: str) -> tuple[Pointer, ...]:
        """Return those of them that still do, read again."""
        reads = [self._read(pointer.stored.key) for pointer in self.of(asset_id)]
        return tuple(
            read.pointer for read in reads if read is not None and read.asset_id == asset_id
        )

    def refresh(self) -> None:
        """List the entries again, and read those that have changed."""
        known: dict[str, _Read] = {}
        by_asset: dict[str, list[Pointer]] = {}
        with ThreadPoolExecutor(_READ_AT_ONCE) as threads:
            for page in self._pages():
                for read in filter(None, threads.map(self._current, page)):
                    known[read.pointer.stored.key] = read
                    by_asset.setdefault(read.asset_id, []).append(read.pointer)
        self._known, self._by_asset = known, by_asset

    def _pages(self) -> Iterator[Sequence["ObjectMeta"]]:
        with translated("The entries could not be listed"):
            yield from pages(self._store, ENTRY_PREFIX)

    def _current(self, listed: "ObjectMeta") -> _Read | None:
        """Return what an entry says now, None where it has gone since it was listed."""
        known = self._known.get(listed["path"])
        if known is not None and known.entity_tag == listed["e_tag"] is not None:
            return replace(known, pointer=replace(known.pointer, stored=as_stored(listed)))
        return self._read(listed["path"])

    def _read(self, key: str) -> _Read | None:
        """Return what an entry says now, None where there is none."""
        try:
            with translated(f"{key} could not be read"):
                found = _get(self._store, key)
                if found is None:
                    return None
                meta, content = found
            entry = Entry.from_json(content)
        except ManifestError as error:
            raise CollectionFailed(
                f"{key} cannot be understood: {error}. What it points at must not go. "
                "Run the version that wrote it, or package its asset again, or delete it."
            ) from error
        pointer = Pointer(as_stored(meta), entry.revision, entry.provisional, entry.duration_s)
        return _Read(meta["e_tag"], entry.asset_id, pointer)


def _get(store: ObjectStore, key: str) -> tuple["ObjectMeta", bytes] | None:
    try:
        found = whole_answer(lambda: obstore.get(store, key))
    except FileNotFoundError:
        return None
    if found.meta["size"] > _ENTRY_BYTES_MAX:
        raise ManifestError(f"it has more than {_ENTRY_BYTES_MAX} bytes")
    return found.meta, bytes(found.bytes())
