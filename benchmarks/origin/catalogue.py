"""Assets of noise with real indexes: more of them than a cache holds, made in no time."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random
from typing import Final

from manifests.index import Index, Loudness, RenditionRecord, SegmentRecord, SourceRecord
from manifests.index import StoredObject as Stored
from manifests.layout import INDEX, Revision, init_name, segment_name
from manifests.rendition import Codec

SEGMENT_BYTES: Final = 96_000
_RATE_HZ: Final = 44_100
_SEGMENT_TICKS: Final = 258 * 1024
_INIT: Final = b"Nobody asks for it."
_NONE_MEASURED: Final = Loudness(None, None, None)

Noise = Callable[[str], bytes]
"""Gives the bytes of a segment by its name."""


def noise_of(name: str, size_bytes: int = SEGMENT_BYTES) -> bytes:
    """Return bytes that no other segment has."""
    return Random(name).randbytes(size_bytes)  # noqa: S311 to fill, not to hide


def publish(
    put: Callable[[str, bytes], object], asset_id: str, rungs: Mapping[str, Noise], segments: int
) -> list[str]:
    """Put one asset of so many segments into a store; return the paths of its segments."""
    index = publish_sound(put, asset_id, rungs, segments)
    where = Revision(asset_id, "r")
    put(where.key(INDEX), index.to_json())
    return [f"/{where.key(each.name)}" for one in index.renditions for each in one.segments]


def publish_sound(
    put: Callable[[str, bytes], object], asset_id: str, rungs: Mapping[str, Noise], segments: int
) -> Index:
    """Put all but the index of one asset into a store; return the index."""
    where = Revision(asset_id, "r")
    renditions = []
    for rung, noise in rungs.items():
        records = []
        for number in range(segments):
            name = segment_name(rung, number)
            content = noise(f"{asset_id}/{name}")
            put(where.key(name), content)
            records.append(_record(name, content, number))
        init = init_name(rung)
        put(where.key(init), _INIT)
        first = Stored(init, len(_INIT), hashlib.sha256(_INIT).hexdigest())
        renditions.append(RenditionRecord(rung, Codec.AAC_LC, 1, 1, 1, first, tuple(records)))
    return _index(tuple(renditions), segments)


def singles(put: Callable[[str, bytes], object], count: int) -> list[str]:
    """Put so many segments into a store, each of an asset of its own: none is read ahead."""
    return [
        path
        for number in range(count)
        for path in publish(put, f"single-{number}", {"128k": noise_of}, 1)
    ]


def _record(name: str, content: bytes, number: int) -> SegmentRecord:
    digest = hashlib.sha256(content).hexdigest()
    return SegmentRecord(name, len(content), digest, number * _SEGMENT_TICKS, _SEGMENT_TICKS)


def _index(renditions: tuple[RenditionRecord, ...], segments: int) -> Index:
    return Index(
        samples=segments * _SEGMENT_TICKS,
        sample_rate_hz=_RATE_HZ,
        channels=2,
        target_duration_s=6,
        source=SourceRecord("0" * 64, 1, "wav", "pcm_s16le", _RATE_HZ, 2, 16, None),
        renditions=renditions,
        loudness=_NONE_MEASURED,
        tags={},
        artwork=(),
        placeholder=None,
        documents=(),
        versions={},
    )


def into(folder: Path) -> Callable[[str, bytes], object]:
    """Return what puts an object into a folder that is a store."""

    def put(key: str, content: bytes) -> None:
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    return put


def linking(folder: Path) -> Callable[[str, bytes], object]:
    """Return what puts an object into a folder, where equal ones are one file."""
    paths: dict[bytes, Path] = {}
    put = into(folder)

    def link(key: str, content: bytes) -> None:
        before, path = paths.get(content), folder / key
        if before is None:
            paths[content] = path
            put(key, content)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.hardlink_to(before)

    return link
