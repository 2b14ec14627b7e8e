"""One asset, start to finish: a source becomes a revision in the store, and an entry points at it.

The source is probed, a ladder chosen, the sound decoded once; segments are stored in order as the
encoders hand them over. What has to know the whole follows: initialization sections, waveform,
cover, playlists, the index, and last the entry that makes it playable. Memory stays constant
however long the source is.
"""

import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from obstore.store import ObjectStore

from manifests import layout, presentation
from manifests.entry import Entry
from manifests.errors import ManifestError
from manifests.index import Artwork, Index, Loudness, RenditionRecord, SourceRecord
from manifests.layout import Revision
from manifests.rendition import Ladder
from packager.artwork import ArtworkSet, find_cover, make_artwork
from packager.container import open_source
from packager.ladder import choose
from packager.limits import Limits
from packager.probe import Probe, probe
from packager.publish import Publication, publication, read_if_there
from packager.renditions import RenditionWriter, encode_all
from packager.revision import revision_id, versions
from packager.sound import Sound
from packager.source import local_file, name_of, sha256_of
from packager.tags import read_tags
from packager.waveform import Waveform


@dataclass(frozen=True, slots=True)
class Packaged:
    """What was published, and what is in it."""

    entry: Entry
    index: Index


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of the sound has been encoded for all rungs."""

    done_s: float
    total_s: float


def package(
    source: str | Path,
    store: ObjectStore,
    *,
    asset_id: str,
    playback_id: str,
    created_at: str,
    limits: Limits | None = None,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Packaged:
    """Package ``source``, a path or the URL of an object in a store, into ``store``.

    ``created_at`` is RFC 3339 in UTC; ``workers`` is how many chunks are encoded at a time, by
    default one for each core, and changes no byte. Raises PackagingError; then, and whenever
    anything else ends it early, nothing of it is left in the store. A revision that is there
    already is not made again: only its entry is written.
    """
    limits = limits or Limits()
    with local_file(source, limits) as path:
        work = _prepare(path, limits)
        where = Revision(asset_id, revision_id(work.sha256, work.ladder, versions()))
        with publication(store, where) as published:
            index = _existing(store, where) or _make(work, published, workers, on_progress)
            title = index.tags.get("title") or name_of(source)
            entry = _entry(index, where, playback_id, created_at, title)
            published.replace(layout.entry_key(playback_id), entry.to_json())
    return Packaged(entry, index)


@dataclass(frozen=True, slots=True)
class _Work:
    """A source that was found fit, and the plan for it."""

    path: Path
    sha256: str
    probe: Probe
    ladder: Ladder
    notes: tuple[str, ...]
    limits: Limits


def _prepare(path: Path, limits: Limits) -> _Work:
    probed = probe(path, limits)
    ladder, notes = choose(probed)
    return _Work(path, sha256_of(path), probed, ladder, notes, limits)


def _existing(store: ObjectStore, where: Revision) -> Index | None:
    """Return the index of a revision that is complete, which its index tells: it goes in last."""
    data = read_if_there(store, where.key(layout.INDEX))
    if data is None:
        return None
    try:
        return Index.from_json(data)
    except ManifestError:
        return None


def _make(
    work: _Work,
    published: Publication,
    workers: int | None,
    on_progress: Callable[[Progress], None] | None,
) -> Index:
    sound = Sound(work.path, work.probe, work.ladder, work.limits)
    writers = {rung: RenditionWriter(work.ladder, rung, published) for rung in work.ladder.rungs}
    chunks = encode_all(work.ladder, sound.chunks(), workers or os.cpu_count() or 1)
    total_s = sound.expected_samples / work.ladder.sample_rate_hz
    done_s = 0.0
    with closing(chunks):  # an error ends the encoders too, not whenever it is forgotten
        for encoded in chunks:
            writers[encoded.rung].write(encoded)
            done_s += encoded.cut.heard_ticks / work.ladder.sample_rate_hz / len(writers)
            if on_progress is not None:
                on_progress(Progress(min(done_s, total_s), total_s))
    loudness, waveform = sound.measured()
    renditions = tuple(writer.finish(sound.timeline, loudness) for writer in writers.values())
    index = _index(work, sound.timeline.samples, loudness, renditions)
    index = _with_tags_and_cover(index, work.path, published)
    index = _with_documents(index, waveform, published)
    published.complete(index.to_json())
    return index


def _index(
    work: _Work, samples: int, loudness: Loudness, renditions: tuple[RenditionRecord, ...]
) -> Index:
    return Index(
        samples=samples,
        sample_rate_hz=work.ladder.sample_rate_hz,
        channels=work.ladder.channels,
        target_duration_s=work.ladder.target_duration_s,
        source=_source_record(work),
        renditions=renditions,
        loudness=loudness,
        tags={},
        artwork=(),
        placeholder=None,
        documents=(),
        versions=versions(),
        notes=work.notes,
    )


def _with_tags_and_cover(index: Index, path: Path, published: Publication) -> Index:
    with open_source(path) as source:
        tags = read_tags(source.container)
        artwork = make_artwork(find_cover(source.container))
    return replace(
        index,
        tags=tags,
        artwork=_put_covers(artwork, published),
        placeholder=artwork.placeholder,
        notes=(*index.notes, *artwork.notes),
    )


def _with_documents(index: Index, waveform: Waveform, published: Publication) -> Index:
    documents = {
        layout.WAVEFORM_JSON: waveform.to_json(),
        layout.WAVEFORM_BINARY: waveform.to_binary(),
        **presentation.documents(index),
    }
    stored = tuple(published.put(name, data) for name, data in documents.items())
    return replace(index, documents=stored)


def _put_covers(artwork: ArtworkSet, published: Publication) -> tuple[Artwork, ...]:
    covers = []
    for cover in artwork.covers:
        stored = published.put(layout.artwork_name(cover.box_px), cover.data)
        covers.append(
            Artwork(
                stored.name,
                stored.size_bytes,
                stored.sha256,
                width_px=cover.width_px,
                height_px=cover.height_px,
                media_type=cover.media_type,
            )
        )
    return tuple(covers)


def _source_record(work: _Work) -> SourceRecord:
    return SourceRecord(
        sha256=work.sha256,
        size_bytes=work.path.stat().st_size,
        container=work.probe.container,
        codec=work.probe.codec,
        sample_rate_hz=work.probe.sample_rate_hz,
        channels=work.probe.channels,
        bits_per_sample=work.probe.bits_per_sample,
        bitrate_bps=work.probe.bitrate_bps,
    )


def _entry(index: Index, where: Revision, playback_id: str, created_at: str, title: str) -> Entry:
    return Entry(
        playback_id=playback_id,
        asset_id=where.asset_id,
        revision=where.revision,
        created_at=created_at,
        duration_s=round(index.duration_s, 6),
        title=title,
        artist=index.tags.get("artist"),
    )
