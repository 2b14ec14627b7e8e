"""The store as publishing sees it: keys and bytes, several at a time, errors translated.

A put to a remote store waits far longer than it works, so that objects which may go in any order go
at once, in a few threads. Whatever comes out of here, nothing of it is still under way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Final, Self, TypeVar

import obstore
from obstore.exceptions import AlreadyExistsError, GenericError, NotSupportedError
from obstore.store import LocalStore, ObjectStore

from packager.errors import StoreFailed
from packager.publishing.answers import whole_answer
from packager.publishing.checked import CheckedStore
from packager.publishing.listing import pages
from packager.publishing.reasons import STORE_ERRORS, reason

AT_ONCE: Final = 8

_CANNOT_CREATE: Final = (GenericError, NotSupportedError, NotImplementedError)
"""The first is what a folder says where there are no hard links."""
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class Storage:
    """A store, to be closed by who makes this; its methods raise StoreFailed."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._checked = CheckedStore(store)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="store")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._threads.shutdown(cancel_futures=True)

    def put(self, key: str, data: bytes) -> None:
        """Store an object; it is there whole or not at all."""
        with _translated(f"{key} could not be written to the store"):
            self._checked.put(key, data, "overwrite")

    def put_all(self, objects: Mapping[str, bytes]) -> None:
        """Store objects by key, in any order."""
        self._each(lambda item: self.put(*item), objects.items())

    def create_all(self, objects: Mapping[str, bytes]) -> set[str]:
        """Store objects by key where there are none; return the keys of those that were there."""
        done = self._each(lambda item: (item[0], self.create(*item)), objects.items())
        return {key for key, is_created in done if not is_created}

    def create(self, key: str, data: bytes) -> bool:
        """Store an object unless there is one; tell whether there was none.

        A store that cannot do both at once is asked first.
        """
        with _translated(f"{key} could not be written to the store"):
            try:
                self._checked.put(key, data, "create")
            except AlreadyExistsError:
                return False
            except _CANNOT_CREATE as error:
                if isinstance(error, GenericError) and not isinstance(self._store, LocalStore):
                    raise
            else:
                return True
            try:
                whole_answer(lambda: obstore.head(self._store, key))
            except FileNotFoundError:
                self._checked.put(key, data, "overwrite")
                return True
            return False

    def read(self, key: str) -> bytes | None:
        """Return an object's bytes, None where there is none."""
        with _translated(f"{key} could not be read from the store"):
            try:
                return self._checked.get(key)
            except FileNotFoundError:
                return None

    def read_all(self, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the bytes of those objects that are there, by key."""
        found = self._each(lambda key: (key, self.read(key)), keys)
        return {key: data for key, data in found if data is not None}

    def sizes_bytes(self, prefix: str) -> dict[str, int]:
        """Return the size of each object below a folder, by key."""
        with _translated(f"{prefix} could not be listed"):
            found = (each for page in pages(self._store, prefix) for each in page)
            return {each["path"]: each["size"] for each in found}

    def delete_all(self, keys: Iterable[str]) -> None:
        """Delete objects in any order, and on a file system the folders that this empties."""
        keys = tuple(keys)
        self._each(self._delete, keys)
        if isinstance(self._store, LocalStore) and self._store.prefix is not None:
            _remove_empty_folders(Path(self._store.prefix), keys)

    def _delete(self, key: str) -> None:
        with _translated(f"{key} could not be deleted"), suppress(FileNotFoundError):
            whole_answer(lambda: obstore.delete(self._store, key))

    def _each(self, do: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
        futures = [self._threads.submit(do, item) for item in items]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()
            wait(futures)


@contextmanager
def _translated(what: str) -> Iterator[None]:
    """Translate what a store raises into StoreFailed, which says ``what`` failed and why."""
    try:
        yield
    except STORE_ERRORS as error:
        raise StoreFailed(
            f"{what}: {reason(error)}. Check the store, then package again."
        ) from error


def _remove_empty_folders(root: Path, keys: Iterable[str]) -> None:
    folders = {parent for key in keys for parent in PurePosixPath(key).parents[:-1]}
    for folder in sorted(folders, key=lambda folder: len(folder.parts), reverse=True):
        with suppress(OSError):  # not empty: it holds somebody else's objects
            (root / folder).rmdir()
