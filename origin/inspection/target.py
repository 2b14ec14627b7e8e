"""What the argument of ``soundbridge validate`` means.

An ``http(s)`` URL is a playlist. A path or a store's URL is a playlist where it ends like one, or
is a file; else it is a folder, and every presentation below it is checked.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from obstore.exceptions import BaseError

from manifests.validate import delivery
from manifests.validate.delivery import Delivery, ObjectKind, Outcome
from origin.inspection.http_source import HttpSource
from origin.inspection.presentation import inspect_all, inspect_entry
from origin.inspection.report import Report
from origin.inspection.source import OBJECT_TIMEOUT_S
from origin.inspection.store_source import PLAYLIST_SUFFIX, StoreSource
from origin.stores.opening import StoreUnusable, is_url, open_store

_PLAYLIST_LIMIT: Final = 10_000


async def inspect_target(target: str) -> Report:
    """Check everything that ``target`` names; what cannot be read is a finding, too."""
    if target.startswith(("http://", "https://")):
        async with _http_source() as source:
            return await inspect_entry(source, target)
    folder, playlist = _split(target)
    try:
        store = StoreSource(open_store(folder), None if is_url(folder) else Path(folder))
        if playlist:
            return await inspect_entry(store, playlist)
        return await _inspect_folder(store, target)
    except StoreUnusable as error:
        return unreadable(target, str(error))
    except TimeoutError:
        return unreadable(target, f"the store took longer than {OBJECT_TIMEOUT_S:g} s to list")
    except (BaseError, OSError) as error:
        return unreadable(target, str(error).partition("\n")[0])


def unreadable(target: str, problem: str) -> Report:
    """Return the report on a target of which nothing can be said but ``problem``."""
    found = Delivery(target, ObjectKind.PLAYLIST, Outcome.FAILED, problem)
    return Report((), tuple(delivery.RULES.check(found, target)))


@asynccontextmanager
async def _http_source() -> AsyncIterator[HttpSource]:
    source = HttpSource.connect()
    try:
        yield source
    finally:
        await source.aclose()


async def _inspect_folder(source: StoreSource, target: str) -> Report:
    keys: list[str] = []
    async for key in source.playlists():
        keys.append(key)
        if len(keys) > _PLAYLIST_LIMIT:
            problem = f"it has more than {_PLAYLIST_LIMIT} playlists; check them folder by folder"
            return unreadable(target, problem)
    if not keys:
        return unreadable(target, "no HLS playlist (*.m3u8) is below it")
    return await inspect_all(source, sorted(keys))


def _split(target: str) -> tuple[str, str]:
    """Return the folder or store, and the playlist in it, which is empty for all there are."""
    path = Path(target).expanduser()
    if not (target.endswith(PLAYLIST_SUFFIX) or (not is_url(target) and path.is_file())):
        return target, ""
    if not is_url(target):
        # What the user names may be a link; what a playlist names may not lead out of its folder.
        real = path.resolve()
        return str(real.parent), real.name
    folder, _, name = target.rpartition("/")
    return folder, name
