"""Look at a store in a folder as a listener could at any moment: is all that is promised there?"""

from pathlib import Path
from typing import Final

from manifests import layout
from manifests.entry import Entry
from manifests.media_playlist import MediaPlaylist
from manifests.multivariant_playlist import MultivariantPlaylist
from manifests.parse import parse_playlist

UNFINISHED: Final = "#"
"""In the names of files that a killed process was writing; no store lists them."""

Contents = dict[str, bytes]


def contents(root: Path) -> Contents:
    """Every object of the store, by key."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and UNFINISHED not in path.name
    }


def check(there: Contents, complete: Contents) -> None:
    """Hold what is there against the same asset's ``complete`` store, from an undisturbed run.

    Every object is whole, every playlist lists only what is there, and an entry plays.
    """
    for key, data in there.items():
        if key.startswith(layout.GROWING_PREFIX) and key.endswith(f"/{layout.PLAYLIST}"):
            assert complete[key].startswith(data), key
        elif not key.startswith(layout.ENTRY_PREFIX):
            assert complete[key] == data, key
    for key in there:
        if key.endswith(".m3u8"):
            check_playlist(there, key)
    for key in there:
        if key.startswith(layout.ENTRY_PREFIX):
            check_entry(there, key)


def check_entry(there: Contents, key: str) -> None:
    entry = Entry.from_json(there[key])
    if entry.provisional:
        assert entry.where.growing_key(layout.MULTIVARIANT) in there
    else:
        assert entry.where.key(layout.INDEX) in there
        assert entry.where.key(layout.MULTIVARIANT) in there


def check_playlist(there: Contents, key: str) -> None:
    playlist = parse_playlist(there[key])
    if isinstance(playlist, MultivariantPlaylist):
        uris = [variant.uri for variant in playlist.variants]
    else:
        uris = listed(playlist)
    missing = [uri for uri in uris if resolved(key, uri) not in there]
    assert not missing, f"{key} lists {missing}"


def listed(playlist: MediaPlaylist) -> list[str]:
    inits = {segment.init.uri for segment in playlist.segments if segment.init is not None}
    return [*inits, *(segment.uri for segment in playlist.segments)]


def resolved(key: str, uri: str) -> str:
    """The key that a relative URI in the object ``key`` names."""
    folder = Path("/", key).parent
    return str((folder / uri).resolve().relative_to("/"))
