"""Opening the object store that a command was given: a folder's path, or any URL obstore knows.

Credentials, endpoints and timeouts of cloud stores come from the environment as obstore reads it
(``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL``, ``AWS_TIMEOUT``, ...). Client options of ours would
take the place of all the environment's, its proxy among them. There are none; a request has 30 s,
and is repeated as ``packager.patience`` says.

No header tells a checksum unless AWS_CHECKSUM_ALGORITHM names one (SHA256 or CRC64NVME): some
servers that speak S3's language refuse requests that have it. The signature covers the body's
SHA-256 in any case, and publishing and uploading look at entity tags.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import unquote, urlsplit

import obstore.store
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore

from origin.concealing import bare_url, without_secrets
from packager.patience import RETRIES

_URL_MARK: Final = "://"


class StoreUnusable(Exception):
    """The location is not a store, or cannot be opened; the message says what to do."""


def is_url(location: str) -> bool:
    """Return whether a location is a URL, and not a path."""
    return _URL_MARK in location


def local_path(location: str) -> Path | None:
    """Return the absolute path that a path or ``file://`` URL names, None for any other URL.

    Raises StoreUnusable for a URL that is none.
    """
    if not is_url(location):
        return Path(location).expanduser().absolute()
    try:
        parts = urlsplit(location)
    except ValueError as error:
        raise StoreUnusable(f"{bare_url(location)} is a URL that cannot be read.") from error
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def open_store(location: str) -> ObjectStore:
    """Return the store at ``location``, a folder that is there or a URL. Raises StoreUnusable."""
    folder = local_path(location)
    if folder is None:
        return _from_url(location)
    if not folder.is_dir():
        raise StoreUnusable(f"There is no folder {folder}. Package something into it first.")
    return LocalStore(folder, automatic_cleanup=True)


class LateFolder:
    """A folder that was there when it was configured, and is not now: reads fail until it is."""

    def __init__(self, location: str) -> None:
        self._location = location
        self._store: ObjectStore | None = None

    def __getattr__(self, name: str) -> Any:
        """Return what the store has under a name; raises OSError while there is none."""
        if self._store is None:
            try:
                self._store = open_store(self._location)
            except StoreUnusable as error:
                raise OSError(str(error)) from error
        return getattr(self._store, name)


def open_stores(locations: Sequence[str]) -> list[ObjectStore]:
    """Return the stores at all locations; raises StoreUnusable.

    A folder of several that is missing takes no process away from the others' tracks.
    """
    if len(locations) == 1:
        return [open_store(locations[0])]
    return [
        cast("ObjectStore", LateFolder(location)) if _is_missing(location) else open_store(location)
        for location in locations
    ]


def _is_missing(location: str) -> bool:
    folder = local_path(location)
    return folder is not None and not folder.is_dir()


@contextmanager
def create_store(location: str) -> Iterator[ObjectStore]:
    """Give the caller's block the store at ``location``, making the folder where it is one.

    Where the block raises, folders that were made for it go again unless something is in them.
    Raises StoreUnusable.
    """
    folder = local_path(location)
    if folder is None:
        yield _from_url(location)
        return
    try:
        made = [path for path in (folder, *folder.parents) if not path.exists()]
        store = LocalStore(folder, automatic_cleanup=True, mkdir=True)
    except (BaseError, OSError, ValueError) as error:
        raise StoreUnusable(f"The folder {folder} cannot be used: {_sentence(error)}.") from error
    try:
        yield store
    except BaseException:
        for path in made:
            with suppress(OSError):  # not empty: it holds somebody else's objects
                path.rmdir()
        raise


def _from_url(location: str) -> ObjectStore:
    try:
        return obstore.store.from_url(location, retry_config=RETRIES)
    except (BaseError, ValueError) as error:
        raise StoreUnusable(
            f"{bare_url(location)} cannot be used as a store: {_sentence(error)}. "
            "Give a folder, or a URL such as s3://bucket/prefix."
        ) from error


def _sentence(error: Exception) -> str:
    """Return the first line of a store's error: the rest describes its insides."""
    return without_secrets(str(error).partition("\n")[0].rstrip("."))
