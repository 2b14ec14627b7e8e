"""One asset, start to finish: a source becomes a revision in the store, and an entry points at it.

The source is probed, a ladder chosen, the sound decoded once; segments are stored in order as the
encoders hand them over. What has to know the whole follows: initialization sections, waveform,
cover, playlists, the index, and last the entry that makes it playable. Memory stays constant
however long the source is.
"""

from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from obstore.store import ObjectStore

from manifests import layout, presentation
from manifests.entry import Entry
from manifests.errors import ManifestError
from manifests.index import Artwork, Index, SourceRecord
from manifests.layout import Revision
from packager.limits import Limits
from packager.plan import Finding, Plan
from packager.publishing.publication import Publication, publication, read_if_there
from packager.publishing.rendition import RenditionWriter
from packager.publishing.revision import revision_id
from packager.reading import Reading
from packager.source.cover import ArtworkSet
from packager.source.facts import Probe
from packager.source.local import local_file, name_of, sha256_of


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
    publish: Callable[[Entry], None] | None = None,
) -> Packaged:
    """Package ``source``, a path or the URL of an object in a store, into ``store``.

    ``created_at`` is RFC 3339 in UTC; ``workers`` is how many chunks are encoded at a time, by
    default one for each core, and changes no byte. Raises PackagingError; then, and whenever
    anything else ends it early, nothing of it is left in the store. A revision that is there
    already is not made again: only its entry is written.

    ``publish`` is called with the entry in the place of writing it, by who decides elsewhere which
    run may publish. Others may then be at the same revision: what is stored stays, come what may.
    """
    limits = limits or Limits()
    with local_file(source, limits) as path:
        reading = Reading(path, limits, workers)
        plan = reading.plan
        record = _source_record(plan.probe, path)
        where = Revision(asset_id, revision_id(record.sha256, plan.ladder, plan.versions))
        alone = publication(store, where) if publish is None else None
        with alone or nullcontext(Publication(store, where)) as published:
            index = _existing(store, where) or _make(reading, record, published, on_progress)
            title = index.tags.get("title") or name_of(source)
            entry = _entry(index, where, playback_id, created_at, title)
            if publish is None:
                published.replace(layout.entry_key(playback_id), entry.to_json())
            else:
                publish(entry)
    return Packaged(entry, index)


def _source_record(probe: Probe, path: Path) -> SourceRecord:
    return SourceRecord(
        sha256=sha256_of(path),
        size_bytes=path.stat().st_size,
        container=probe.container,
        codec=probe.codec,
        sample_rate_hz=probe.sample_rate_hz,
        channels=probe.channels,
        bits_per_sample=probe.bits_per_sample,
        bitrate_bps=probe.bitrate_bps,
    )


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
    reading: Reading,
    source: SourceRecord,
    published: Publication,
    on_progress: Callable[[Progress], None] | None,
) -> Index:
    plan = reading.plan
    ladder = plan.ladder
    writers = {
        rung: RenditionWriter(ladder, rung, plan.codec_configs[rung.name], published)
        for rung in ladder.rungs
    }
    total_s = plan.expected_samples / ladder.sample_rate_hz
    done_s = 0.0
    with closing(reading.chunks()) as chunks:  # an error ends the encoders too
        for encoded in chunks:
            writers[encoded.rung].write(encoded)
            done_s += encoded.cut.heard_ticks / ladder.sample_rate_hz / len(writers)
            if on_progress is not None:
                on_progress(Progress(min(done_s, total_s), total_s))
    finding = reading.finding()
    index = _index(plan, source, finding, tuple(writers.values()), published)
    index = _with_documents(index, finding, published)
    published.complete(index.to_json())
    return index


def _index(
    plan: Plan,
    source: SourceRecord,
    finding: Finding,
    writers: tuple[RenditionWriter, ...],
    published: Publication,
) -> Index:
    return Index(
        samples=finding.timeline.samples,
        sample_rate_hz=plan.ladder.sample_rate_hz,
        channels=plan.ladder.channels,
        target_duration_s=plan.ladder.target_duration_s,
        source=source,
        renditions=tuple(writer.finish(finding.timeline, finding.loudness) for writer in writers),
        loudness=finding.loudness,
        tags=finding.tags,
        artwork=_put_covers(finding.artwork, published),
        placeholder=finding.artwork.placeholder,
        documents=(),
        versions=plan.versions,
        notes=(*plan.notes, *finding.artwork.notes),
    )


def _with_documents(index: Index, finding: Finding, published: Publication) -> Index:
    documents = {
        layout.WAVEFORM_JSON: finding.waveform_json,
        layout.WAVEFORM_BINARY: finding.waveform_binary,
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
