"""Opening what uploads need for as long as a process serves."""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from origin.beside import kept_beside
from origin.companion.database import Database
from origin.companion.uploads.places.folder import FolderPlace
from origin.companion.uploads.places.place import Place
from origin.companion.uploads.places.spool import SpoolPlace
from origin.companion.uploads.reaping import keep_reaping
from origin.companion.uploads.rules import UploadRules
from origin.companion.uploads.surroundings import THREADS, Surroundings
from origin.stores.opening import local_path, open_store

_NAME: Final = "uploads"
_SPOOL: Final = "spool"
_BUCKETS: Final = ("s3://", "s3a://")


@asynccontextmanager
async def open_uploads(
    database: Database, store: str, state: Path, rules: UploadRules, new_id: Callable[[], str]
) -> AsyncIterator[Surroundings]:
    """Give the caller's block what uploads into a store need.

    ``store`` is a folder or the URL of a store. Raises StoreUnusable.
    """
    with ThreadPoolExecutor(THREADS, _NAME) as threads:
        async with open_place(store, state, threads) as place:
            around = Surroundings.of(database, place, rules, threads, new_id)
            async with (
                kept_beside(around.holds.keep, "uploads held"),
                kept_beside(lambda: keep_reaping(around), "uploads reaped"),
            ):
                yield around


@asynccontextmanager
async def open_place(store: str, state: Path, threads: ThreadPoolExecutor) -> AsyncIterator[Place]:
    """Give the caller's block the place where sources of a store go."""
    folder = local_path(store)
    if folder is not None:
        yield FolderPlace(folder, threads)
        return
    spool = state / _SPOOL
    spool.mkdir(parents=True, exist_ok=True)
    if store.startswith(_BUCKETS):
        from origin.companion.uploads.places.bucket import (  # noqa: PLC0415 botocore is much
            open_bucket_place,
        )

        async with open_bucket_place(store, spool, threads) as place:
            yield place
        return
    yield SpoolPlace(store, open_store(store), spool, threads)
