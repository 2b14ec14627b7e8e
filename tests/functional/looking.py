"""Look at a store as a listener could at any moment: is all that is promised there?"""

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import obstore
from obstore.store import ObjectStore

from manifests import layout
from manifests.entry import Entry
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist

UNFINISHED: Final = "#"
"""In the names of files that a killed process was writing; no store lists them."""

Contents = dict[str, bytes]


def contents(root: Path) -> Contents:
    """Every object of the store, by key, but for the moments of its entries."""
    return {
        (key := str(path.relative_to(root))): timeless(key, path.read_bytes())
        for path in root.rglob("*")
        if path.is_file() and UNFINISHED not in path.name
    }


def timeless(key: str, data: bytes) -> bytes:
    """An object; an entry without the moment at which it was written."""
    if not key.startswith(f"{layout.ENTRY_PREFIX}/"):
        return data
    return replace(Entry.from_json(data), changed_at=None).to_json()


def check(there: Contents, complete: Contents) -> None:
    """Hold what is there against the same asset's ``complete`` store, from an undisturbed run.

    Every object is whole, every playlist lists only what is there, and an entry plays.
    """
    for key, data in there.items():
        if key.startswith(layout.GROWING_PREFIX) and key.endswith(f"/{layout.PLAYLIST}"):
            assert complete[key].startswith(data), key
        elif key.startswith(layout.GROWING_PREFIX) and key.endswith(layout.MULTIVARIANT):
            assert promised(key, complete[key]) == promised(key, data)  # bounds are measured later
        elif not key.startswith(layout.ENTRY_PREFIX):
            assert complete[key] == data, key
    for key, data in there.items():
        missing = [wanted for wanted in promised(key, data) if wanted not in there]
        assert not missing, f"{key} promises {missing}"


def check_promises(store: ObjectStore, asset_id: str, playback_id: str) -> None:
    """Hold an asset to what it promises; others may write to the store, but take nothing away."""
    folders = [f"{top}/{asset_id}" for top in (layout.MEDIA_PREFIX, layout.GROWING_PREFIX)]
    written = {key for folder in folders for key in keys(store, folder)}
    promises = {key: read(store, key) for key in written if key.endswith(".m3u8")}
    entry_key = layout.entry_key(playback_id)
    with suppress(FileNotFoundError):
        promises[entry_key] = read(store, entry_key)
    there = {key for folder in folders for key in keys(store, folder)}
    for key, data in promises.items():
        missing = [wanted for wanted in promised(key, data) if wanted not in there]
        assert not missing, f"{key} promises {missing}"


def keys(store: ObjectStore, prefix: str = "") -> set[str]:
    """The keys of all objects below a folder of a store."""
    return {found["path"] for page in obstore.list(store, prefix=prefix or None) for found in page}


def read(store: ObjectStore, key: str) -> bytes:
    return bytes(obstore.get(store, key).bytes())


def promised(key: str, data: bytes) -> list[str]:
    """The keys of what an object says is there."""
    if key.startswith(layout.ENTRY_PREFIX):
        entry = Entry.from_json(data)
        if entry.provisional:
            return [entry.where.growing_key(layout.MULTIVARIANT)]
        return [entry.where.key(layout.INDEX), entry.where.key(layout.MULTIVARIANT)]
    if not key.endswith(".m3u8"):
        return []
    playlist = parse_playlist(data)
    if isinstance(playlist, MultivariantPlaylist):
        return [resolved(key, variant.uri) for variant in playlist.variants]
    return [resolved(key, uri) for uri in listed(playlist)]


def listed(playlist: MediaPlaylist) -> list[str]:
    inits = {segment.init.uri for segment in playlist.segments if segment.init is not None}
    return [*inits, *(segment.uri for segment in playlist.segments)]


def resolved(key: str, uri: str) -> str:
    """The key that a relative URI in the object ``key`` names."""
    folder = Path("/", key).parent
    return str((folder / uri).resolve().relative_to("/"))
