"""What a page and other readers may know of an entry, as JSON.

A reader finds the same names whatever the state of an asset; what is not known before it is
complete is null, or an empty list. All URLs are relative: a path prefix in front of the entry (a
playback token) is inherited.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Any

from manifests.entry import Entry
from manifests.growing import ProvisionalRendition
from manifests.index import Index, Loudness, ReplayGain
from manifests.layout import (
    CHAPTERS_JSON,
    PACKED_MULTIVARIANT,
    WAVEFORM_BINARY,
    WAVEFORM_JSON,
)
from manifests.presentation import Offered
from origin.delivery.documents import Document
from origin.delivery.published import PublishedRevision


class State(StrEnum):
    """Whether more will come of an asset."""

    PREPARING = "preparing"
    READY = "ready"


def metadata(entry: Entry, published: PublishedRevision) -> Document:
    """Return what is known of an asset that is complete."""
    index = published.index
    content = {
        "playback_id": entry.playback_id,
        "state": State.READY,
        "title": entry.title or index.tags.get("title"),
        "artist": entry.artist or published.artist,
        "album": index.tags.get("album"),
        "duration_s": round(index.duration_s, 6),
        "samples": index.samples,
        "sample_rate_hz": index.sample_rate_hz,
        "channels": index.channels,
        "loudness": asdict(index.loudness),
        "replay_gain": asdict(index.replay_gain),
        "silence": _silence(index),
        "chapters": _chapters(index),
        "chapters_json": _chapters_json(published),
        "renditions": _renditions(index.renditions),
        "hls": f"{entry.playback_id}.m3u8",
        "packed_audio": _packed_audio(entry, published),
        "dash": f"{entry.playback_id}.mpd",
        "waveform": _waveform(published),
        "artwork": _artwork(published),
        "placeholder": index.placeholder,
    }
    return _document(content)


def preparing_metadata(entry: Entry, renditions: Sequence[ProvisionalRendition]) -> Document:
    """Return what is known while an asset is packaged; its duration is what is expected."""
    content = {
        "playback_id": entry.playback_id,
        "state": State.PREPARING,
        "title": entry.title,
        "artist": entry.artist,
        "album": None,
        "duration_s": entry.duration_s,
        "samples": None,
        "sample_rate_hz": None,
        "channels": None,
        "loudness": asdict(Loudness(None, None, None)),
        "replay_gain": asdict(ReplayGain()),
        "silence": None,
        "chapters": [],
        "chapters_json": None,
        "renditions": _renditions(renditions),
        "hls": f"{entry.playback_id}.m3u8",
        "packed_audio": None,
        "dash": None,
        "waveform": None,
        "artwork": [],
        "placeholder": None,
    }
    return _document(content)


def listing(entries: Sequence[Entry], *, is_complete: bool) -> Document:
    """Return a list of entries, in their order, and whether some may be missing from it."""
    items = [
        {
            "playback_id": entry.playback_id,
            "state": State.PREPARING if entry.provisional else State.READY,
            "title": entry.title,
            "artist": entry.artist,
            "duration_s": entry.duration_s,
            "created_at": entry.created_at,
        }
        for entry in entries
    ]
    return _document({"items": items, "complete": is_complete})


def _renditions(renditions: Sequence[Offered]) -> list[dict[str, Any]]:
    return [
        {
            "rung": rendition.rung,
            "codec": rendition.codec,
            "bandwidth_bps": rendition.bandwidth_bps,
            "average_bandwidth_bps": rendition.average_bandwidth_bps,
            "bitrate_bps": rendition.bitrate_bps,
        }
        for rendition in sorted(renditions, key=lambda rendition: rendition.bitrate_bps)
    ]


def _silence(index: Index) -> dict[str, float]:
    rate_hz = index.sample_rate_hz
    return {
        "head_s": round(index.silence.head_ticks / rate_hz, 3),
        "tail_s": round(index.silence.tail_ticks / rate_hz, 3),
    }


def _chapters(index: Index) -> list[dict[str, Any]]:
    rate_hz = index.sample_rate_hz
    return [
        {
            "title": chapter.title,
            "start_s": round(chapter.start_ticks / rate_hz, 3),
            "end_s": round((chapter.start_ticks + chapter.duration_ticks) / rate_hz, 3),
        }
        for chapter in index.chapters
    ]


def _chapters_json(published: PublishedRevision) -> str | None:
    return published.where.key(CHAPTERS_JSON) if CHAPTERS_JSON in published.objects else None


def _packed_audio(entry: Entry, published: PublishedRevision) -> str | None:
    is_there = PACKED_MULTIVARIANT in published.objects
    return f"{entry.playback_id}.packed.m3u8" if is_there else None


def _waveform(published: PublishedRevision) -> dict[str, str] | None:
    if not {WAVEFORM_JSON, WAVEFORM_BINARY} <= published.objects.keys():
        return None
    return {
        "json": published.where.key(WAVEFORM_JSON),
        "binary": published.where.key(WAVEFORM_BINARY),
    }


def _artwork(published: PublishedRevision) -> list[dict[str, Any]]:
    return [
        {
            "url": published.where.key(artwork.name),
            "width_px": artwork.width_px,
            "height_px": artwork.height_px,
            "media_type": artwork.media_type,
        }
        for artwork in published.index.artwork
    ]


def _document(content: dict[str, Any]) -> Document:
    return Document.of(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())
