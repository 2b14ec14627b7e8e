"""Tracks that can be played: noise by name, with playlists and entries as real ones have them.

The files of a rung are one, under many names.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from benchmarks.origin.catalogue import linking, publish_sound
from benchmarks.origin.memory.requests import asset_id_of, contents, key_of, rung_of
from benchmarks.origin.replay.trace import RUNGS, Trace
from manifests.entry import Entry
from manifests.index import Index, StoredObject
from manifests.layout import INDEX, Revision, entry_key, init_name, playlist_name
from manifests.presentation import documents

_CREATED: Final = "2026-01-02T03:04:05Z"


def asked_first(rendition: int) -> list[str]:
    """Return what a player of a rendition asks for before the first segment."""
    asset_id, rung = asset_id_of(rendition // len(RUNGS)), rung_of(rendition)
    where = Revision(asset_id, "r")
    return [
        entry_path(rendition),
        f"/{where.key(playlist_name(rung))}",
        f"/{where.key(init_name(rung))}",
    ]


def entry_path(rendition: int) -> str:
    """Return where a rendition's track is entered."""
    return f"/{asset_id_of(rendition // len(RUNGS))}.m3u8"


def segment_path(rendition: int, segment: int) -> str:
    """Return where a segment of the trace is."""
    return f"/{key_of(rendition, segment)}"


def published(store: Path, trace: Trace, tracks: int) -> dict[str, int]:
    """Publish all tracks, each as long as it is asked for; return sizes of bodies by path.

    Those of entries are not known: an origin makes their playlists.
    """
    longest = [0] * tracks
    for rendition, segment in zip(trace.renditions, trace.segments, strict=True):
        track = rendition // len(RUNGS)
        longest[track] = max(longest[track], segment)
    sizes_bytes: dict[str, int] = {}
    link = linking(store)

    def put(key: str, content: bytes) -> None:
        link(key, content)
        sizes_bytes[f"/{key}"] = len(content)

    rungs = {rung: lambda _, content=content: content for rung, content in contents().items()}
    for track, last in enumerate(longest):
        asset_id = asset_id_of(track)
        _enter(put, asset_id, publish_sound(put, asset_id, rungs, last + 1))
    return sizes_bytes


def _enter(put: Callable[[str, bytes], object], asset_id: str, index: Index) -> None:
    """Put the playlists of an asset, its index and its entry."""
    where = Revision(asset_id, "r")
    named = documents(index)
    for name, content in named.items():
        put(where.key(name), content)
    listed = tuple(
        StoredObject(name, len(content), hashlib.sha256(content).hexdigest())
        for name, content in named.items()
    )
    put(where.key(INDEX), replace(index, documents=listed).to_json())
    entry = Entry(asset_id, asset_id, where.revision, _CREATED, index.duration_s)
    put(entry_key(asset_id), entry.to_json())
