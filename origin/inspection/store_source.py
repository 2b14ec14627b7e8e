"""Objects from a folder or an object store; where they are called by their key below its root.

The store is asked with blocking calls from threads of ours. obstore's own coroutines answer from
threads of its runtime, which may still hold a Python object when the answer has been printed and
the interpreter ends: now and then, that aborted the process.
"""

import asyncio
import posixpath
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from manifests.validate.delivery import Delivery, ObjectKind, Outcome
from origin.inspection.blocking import in_thread
from origin.inspection.source import (
    CONCURRENCY,
    ENDS_EARLY,
    OBJECT_LIMIT_BYTES,
    OBJECT_TIMEOUT_S,
    ByteSpan,
    Fetched,
    not_read,
)

PLAYLIST_SUFFIX: Final = ".m3u8"
_LISTED_AT_ONCE: Final = 1_000


class StoreSource:
    """Reads objects of ``store``. ``folder`` is given where the store is that local folder."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder.resolve() if folder is not None else None
        self._gate = asyncio.Semaphore(CONCURRENCY)

    async def aclose(self) -> None:
        """Do nothing: the store closes its own connections."""

    async def playlists(self) -> AsyncIterator[str]:
        """Yield the keys of all playlists, as the store lists them; TimeoutError if it stalls."""
        pages = iter(obstore.list(self._store, chunk_size=_LISTED_AT_ONCE))
        while True:
            async with asyncio.timeout(OBJECT_TIMEOUT_S):
                page = await in_thread(lambda: next(pages, None))
            if page is None:
                return
            for entry in page:
                if entry["path"].endswith(PLAYLIST_SUFFIX):
                    yield entry["path"]

    async def read(
        self, reference: str, *, base: str, kind: ObjectKind, span: ByteSpan | None = None
    ) -> Fetched:
        """Fetch one object; see ``Source.read``."""
        found = _key(reference, base, kind) if base else reference
        if isinstance(found, Fetched):
            return found
        if self._leads_out(found):
            problem = "it is a link that leads outside of the folder"
            return not_read(found, kind, Outcome.REFUSED, problem)
        try:
            async with self._gate, asyncio.timeout(OBJECT_TIMEOUT_S):
                return await in_thread(lambda: self._get(found, kind, span))
        except TimeoutError:
            problem = f"the store took longer than {OBJECT_TIMEOUT_S:g} s"
        except FileNotFoundError:
            problem = "there is no such object"
        except (BaseError, OSError, ValueError) as error:
            problem = str(error).partition("\n")[0].rstrip(".")
        return not_read(found, kind, Outcome.FAILED, problem)

    def _get(self, key: str, kind: ObjectKind, span: ByteSpan | None) -> Fetched:
        if span is not None and span.size_bytes > OBJECT_LIMIT_BYTES:
            return _too_large(key, kind)
        part = None if span is None else (span.start_bytes, span.end_bytes)
        result = obstore.get(self._store, key, options=None if part is None else {"range": part})
        if span is None and result.meta["size"] > OBJECT_LIMIT_BYTES:
            return _too_large(key, kind)
        data = bytes(result.bytes())
        if span is not None and len(data) < span.size_bytes:
            return not_read(key, kind, Outcome.FAILED, ENDS_EARLY)
        return Fetched(Delivery(key, kind, size_bytes=len(data)), data, base=key)

    def _leads_out(self, key: str) -> bool:
        """Return whether a symbolic link makes ``key`` a file outside of the folder."""
        if self._folder is None:
            return False
        return not (self._folder / key).resolve().is_relative_to(self._folder)


def _key(reference: str, base: str, kind: ObjectKind) -> str | Fetched:
    """Return the key that ``reference`` means in the object ``base``, or why there is none."""
    try:
        parts = urlsplit(reference)
    except ValueError as error:
        return not_read(reference, kind, Outcome.REFUSED, f"its URI is malformed: {error}")
    if parts.scheme in {"http", "https"}:
        problem = "it is on a server, and a folder or store is checked without the network"
        return not_read(reference, kind, Outcome.SKIPPED, problem)
    path = unquote(parts.path)
    if parts.scheme or parts.netloc or path.startswith("/") or "\\" in path or "\0" in path:
        problem = "its URI is not relative to the playlist"
        return not_read(reference, kind, Outcome.REFUSED, problem)
    key = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
    if key == ".." or key.startswith("../"):
        problem = "its URI leads outside of the folder or store"
        return not_read(reference, kind, Outcome.REFUSED, problem)
    return key


def _too_large(key: str, kind: ObjectKind) -> Fetched:
    problem = f"it is larger than {OBJECT_LIMIT_BYTES >> 20} MiB"
    return not_read(key, kind, Outcome.FAILED, problem)
