"""Opening the object store that a command was given: a folder's path, or any URL obstore knows.

Credentials and endpoints of cloud stores come from the environment as obstore reads it
(``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL``, ...).
"""

from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import obstore.store
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore

_URL_MARK: Final = "://"


class StoreUnusable(Exception):
    """The location is not a store, or cannot be opened; the message says what to do."""


def open_store(location: str) -> ObjectStore:
    """Return the store at ``location``, a folder that is there or a URL. Raises StoreUnusable."""
    folder = _folder(location)
    if folder is None:
        return _from_url(location)
    if not folder.is_dir():
        raise StoreUnusable(f"There is no folder {folder}. Package something into it first.")
    return LocalStore(folder, automatic_cleanup=True)


def create_store(location: str) -> ObjectStore:
    """Return the store at ``location``, making the folder where it is one. Raises StoreUnusable."""
    folder = _folder(location)
    if folder is None:
        return _from_url(location)
    try:
        return LocalStore(folder, automatic_cleanup=True, mkdir=True)
    except (BaseError, OSError, ValueError) as error:
        raise StoreUnusable(f"The folder {folder} cannot be used: {_sentence(error)}.") from error


def _folder(location: str) -> Path | None:
    """Return the folder that a path or ``file://`` URL names, or None for any other URL."""
    if _URL_MARK not in location:
        return Path(location).expanduser().absolute()
    parts = urlsplit(location)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def _from_url(location: str) -> ObjectStore:
    try:
        return obstore.store.from_url(location)
    except (BaseError, ValueError) as error:
        raise StoreUnusable(
            f"{location} cannot be used as a store: {_sentence(error)}. "
            "Give a folder, or a URL such as s3://bucket/prefix."
        ) from error


def _sentence(error: Exception) -> str:
    """Return the first line of a store's error: the rest describes its insides."""
    return str(error).partition("\n")[0].rstrip(".")
