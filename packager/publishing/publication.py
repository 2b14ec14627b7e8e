"""Put one revision into the store: everything or nothing.

Objects go in as they are made, since a whole asset may not fit into memory. Whatever ends the work
early, an error or the keyboard, takes them out again, and on a file system also the folders that
were made for them. Errors of the store are translated here.

Two runs of one source make the same objects under the same keys and know nothing of each other. So
none takes out what another has completed, and none completes what another has taken out.
"""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore

from manifests import layout
from manifests.index import StoredObject
from manifests.layout import Revision
from packager.errors import StoreFailed

_STORE_ERRORS: Final = (BaseError, OSError, ValueError, NotImplementedError)


class Publication:
    """The objects of a revision on their way into the store."""

    def __init__(self, store: ObjectStore, revision: Revision) -> None:
        self._store = store
        self._revision = revision
        self._sizes_bytes: dict[str, int] = {}
        self._before: dict[str, bytes | None] = {}

    def put(self, name: str, data: bytes) -> StoredObject:
        """Store the object called ``name`` below the revision; raises StoreFailed."""
        key = self._revision.key(name)
        self._sizes_bytes[key] = len(data)
        self._before[key] = None
        self._write(key, data)
        return StoredObject(name, len(data), hashlib.sha256(data).hexdigest())

    def complete(self, index: bytes) -> None:
        """Store the index, which tells that all else is there; raises StoreFailed."""
        there = self._listed_sizes_bytes()
        if any(there.get(key) != size for key, size in self._sizes_bytes.items()):
            raise StoreFailed(
                "Another run took away a part of it while this one was at work. Package again."
            )
        self.replace(self._revision.key(layout.INDEX), index)

    def replace(self, key: str, data: bytes) -> None:
        """Store an object that others may have stored before; raises StoreFailed."""
        self._before[key] = read_if_there(self._store, key)
        self._write(key, data)

    def withdraw(self) -> None:
        """Bring back what was there before, as far as the store lets us."""
        kept = self._sizes_bytes if self._completed_by_another() else {}
        for key, data in reversed(self._before.items()):  # first what tells that others are there
            with suppress(*_STORE_ERRORS):
                if data is not None:
                    obstore.put(self._store, key, data)
                elif key not in kept:
                    obstore.delete(self._store, key)
        if isinstance(self._store, LocalStore) and self._store.prefix is not None:
            _remove_empty_folders(Path(self._store.prefix), self._before)

    def _completed_by_another(self) -> bool:
        index_key = self._revision.key(layout.INDEX)
        if index_key in self._before:
            return self._before[index_key] is not None
        try:
            return read_if_there(self._store, index_key) is not None
        except StoreFailed:  # rather leave something behind than break what plays
            return True

    def _listed_sizes_bytes(self) -> dict[str, int]:
        prefix = self._revision.prefix
        with store_errors(f"{prefix} could not be listed"):
            batches = obstore.list(self._store, prefix=prefix)
            return {found["path"]: found["size"] for batch in batches for found in batch}

    def _write(self, key: str, data: bytes) -> None:
        with store_errors(f"{key} could not be written to the store"):
            obstore.put(self._store, key, data)


@contextmanager
def publication(store: ObjectStore, revision: Revision) -> Iterator[Publication]:
    """Publish a revision in the caller's block; whatever the block raises takes it back."""
    published = Publication(store, revision)
    try:
        yield published
    except BaseException:
        published.withdraw()
        raise


def read_if_there(store: ObjectStore, key: str) -> bytes | None:
    """Return an object's bytes, None where there is none; raises StoreFailed."""
    with store_errors(f"{key} could not be read from the store"):
        try:
            return bytes(obstore.get(store, key).bytes())
        except FileNotFoundError:
            return None


@contextmanager
def store_errors(what: str) -> Iterator[None]:
    """Translate what a store raises into StoreFailed, which says ``what`` failed and why."""
    try:
        yield
    except _STORE_ERRORS as error:
        reason = str(error).partition("\n")[0]
        raise StoreFailed(f"{what}: {reason}. Check the store, then package again.") from error


def _remove_empty_folders(root: Path, keys: Iterable[str]) -> None:
    folders = {parent for key in keys for parent in PurePosixPath(key).parents[:-1]}
    for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
        with suppress(OSError):  # not empty: it holds somebody else's objects
            (root / folder).rmdir()
