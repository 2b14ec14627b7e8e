"""What a store lists, asset by asset, in memory that grows with the largest asset and their number.

A listing brings an asset's objects one after the other, whatever the order of the assets is. What
grows and what was uploaded is of few assets: theirs is listed when its asset's turn has come.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final

import obstore
from obstore.store import ObjectStore

from manifests.layout import GROWING_PREFIX, MEDIA_PREFIX, SOURCES_PREFIX
from origin.collecting.errors import translated
from packager.publishing.answers import whole_answer
from packager.publishing.garbage import Stored
from packager.publishing.listing import pages

if TYPE_CHECKING:
    from obstore import ObjectMeta

_DELETED_AT_ONCE: Final = 1000


class Holdings:
    """The objects of one store's assets. Everything here raises CollectionFailed."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def assets(self) -> Iterator[tuple[str, tuple[Stored, ...]]]:
        """Yield every asset's id with its objects."""
        aside = self._asset_ids(GROWING_PREFIX) | self._asset_ids(SOURCES_PREFIX)
        for asset_id, media in groupby(self.below(MEDIA_PREFIX), _asset_id):
            rest = self._aside(asset_id) if asset_id in aside else ()
            aside.discard(asset_id)
            yield asset_id, (*media, *rest)
        for asset_id in aside:
            yield asset_id, tuple(self._aside(asset_id))

    def growing(self) -> Sequence[str]:
        """Return the ids of assets that are being made, or have left something of that."""
        return sorted(self._asset_ids(GROWING_PREFIX))

    def of(self, asset_id: str) -> tuple[Stored, ...]:
        """Return one asset's objects as they are now."""
        return (*self.below(f"{MEDIA_PREFIX}/{asset_id}"), *self._aside(asset_id))

    def below(self, prefix: str) -> Iterator[Stored]:
        """Yield the objects below a folder."""
        with translated(f"{prefix} could not be listed"):
            for page in pages(self._store, prefix):
                for found in page:
                    yield as_stored(found)

    def read(self, stored: Stored) -> bytes | None:
        """Return an object's bytes, None where it has gone."""
        with translated(f"{stored.key} could not be read"):
            try:
                return bytes(whole_answer(lambda: obstore.get(self._store, stored.key)).bytes())
            except FileNotFoundError:
                return None

    def put(self, stored: Stored, data: bytes) -> None:
        """Store an object."""
        with translated(f"{stored.key} could not be written"):
            whole_answer(lambda: obstore.put(self._store, stored.key, data))

    def remove(self, objects: Iterable[Stored]) -> None:
        """Delete objects, in any order; one that is gone already is no error."""
        keys = [stored.key for stored in objects]
        for start in range(0, len(keys), _DELETED_AT_ONCE):
            batch = keys[start : start + _DELETED_AT_ONCE]
            with translated(f"{batch[0]} and more could not be deleted"):
                self._delete(batch)

    def _delete(self, batch: list[str]) -> None:
        while batch:
            try:
                whole_answer(partial(obstore.delete, self._store, batch))
            except FileNotFoundError:  # a folder stops there, a bucket says nothing
                there = {found["path"] for found in self._heads(batch)}
                batch = [key for key in batch if key in there]
            else:
                return

    def _heads(self, keys: Iterable[str]) -> Iterator["ObjectMeta"]:
        for key in keys:
            try:
                yield obstore.head(self._store, key)
            except FileNotFoundError:
                continue

    def _aside(self, asset_id: str) -> Iterator[Stored]:
        yield from self.below(f"{GROWING_PREFIX}/{asset_id}")
        yield from self.below(f"{SOURCES_PREFIX}/{asset_id}")

    def _asset_ids(self, prefix: str) -> set[str]:
        with translated(f"{prefix} could not be listed"):
            listed = whole_answer(lambda: obstore.list_with_delimiter(self._store, prefix))
        return {folder.rpartition("/")[2] for folder in listed["common_prefixes"]}


def as_stored(found: "ObjectMeta") -> Stored:
    """Return a listing's object as it is judged."""
    return Stored(found["path"], found["size"], found["last_modified"].timestamp())


def _asset_id(stored: Stored) -> str:
    return stored.key.split("/", 2)[1]
