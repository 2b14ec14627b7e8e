"""What killed writers leave in a folder: obstore writes beside the object, then renames.

The name beside it ends with ``#`` and a number; obstore lists no such file, and reads none. So does
that of an upload whose next bytes are waited for, which a database knows.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from stat import S_ISREG
from typing import Final

from obstore.store import LocalStore, ObjectStore

from manifests.layout import (
    ARTWORK_PREFIX,
    ENTRY_PREFIX,
    GROWING_PREFIX,
    MEDIA_PREFIX,
    SOURCES_PREFIX,
)
from origin.collecting.errors import translated
from origin.collecting.surroundings import Surroundings
from packager.publishing.garbage import Reason, Removal, Stored

_UNFINISHED: Final = re.compile(r".+#\d+", re.DOTALL)
_FOLDERS: Final = (
    ARTWORK_PREFIX,
    ENTRY_PREFIX,
    GROWING_PREFIX,
    MEDIA_PREFIX,
    SOURCES_PREFIX,
)


def find_leftovers(around: Surroundings, *, older_than_s: float) -> Iterator[Removal]:
    """Yield unfinished files of a folder, last written before ``older_than_s`` of the epoch.

    Raises CollectionFailed.
    """
    root = _root(around.store)
    if root is None:
        return
    with translated(f"{root} could not be searched"):
        for folder in _FOLDERS:
            for path in (root / folder).rglob("*#*"):
                if _UNFINISHED.fullmatch(path.name):
                    for removal in _judged(root, path, older_than_s):
                        if not _is_waited_for(around, removal.folder):
                            yield removal


def remove_leftovers(around: Surroundings, *, older_than_s: float) -> Iterator[Removal]:
    """Remove those files, and yield each after it has gone; raises CollectionFailed."""
    root = _root(around.store)
    for removal in find_leftovers(around, older_than_s=older_than_s):
        for stored in removal.objects:
            with translated(f"{stored.key} could not be deleted"):
                (root or Path()).joinpath(stored.key).unlink(missing_ok=True)
        yield removal


def _root(store: ObjectStore) -> Path | None:
    return Path(store.prefix) if isinstance(store, LocalStore) and store.prefix else None


def _is_waited_for(around: Surroundings, key: str) -> bool:
    """Tell whether somebody goes on with a source, or something is made of it."""
    folder, asset_id = PurePosixPath(key).parts[:2]
    if around.row_of is None or folder != SOURCES_PREFIX:
        return False
    row = around.row_of(asset_id)
    return row is not None and row.has_open_job


def _judged(root: Path, path: Path, older_than_s: float) -> Iterator[Removal]:
    try:
        status = path.stat()
    except FileNotFoundError:  # its writer was alive, and has renamed it
        return
    if S_ISREG(status.st_mode) and status.st_mtime < older_than_s:
        key = path.relative_to(root).as_posix()
        stored = Stored(key, status.st_size, status.st_mtime)
        yield Removal(key, Reason.ABANDONED, ((stored,),))
