"""What has to know the whole of a source: it makes a revision out of segments.

Initialization sections, waveform, cover and media playlists come first, then what lists them, and
last the index, which tells that all else is there.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from manifests import layout, presentation
from manifests.index import Artwork, Index, SourceRecord
from manifests.packed_presentation import packed_documents
from packager.plan import Finding, Plan
from packager.publishing.publication import Publication
from packager.publishing.rendition import RenditionWriter
from packager.source.cover import ArtworkSet

_LISTING: Final[tuple[str, ...]] = (layout.MULTIVARIANT, layout.PACKED_MULTIVARIANT, layout.MPD)
"""They name other documents, which are there before them."""


def complete(
    plan: Plan,
    source: SourceRecord,
    finding: Finding,
    writers: Sequence[RenditionWriter],
    publication: Publication,
) -> Index:
    """Store everything but segments, and return the index; raises StoreFailed."""
    index = Index(
        samples=finding.timeline.samples,
        sample_rate_hz=plan.ladder.sample_rate_hz,
        channels=plan.ladder.channels,
        target_duration_s=plan.ladder.target_duration_s,
        source=source,
        renditions=tuple(writer.finish(finding.timeline, finding.loudness) for writer in writers),
        loudness=finding.loudness,
        tags=plan.tags,
        artwork=_put_covers(finding.artwork, publication),
        placeholder=finding.artwork.placeholder,
        documents=(),
        versions=plan.versions,
        notes=(*plan.notes, *finding.artwork.notes, *finding.notes),
        silence=finding.silence,
        replay_gain=finding.replay_gain,
        chapters=finding.chapters,
    )
    index = _with_documents(index, finding, publication)
    publication.complete(index)
    return index


def _with_documents(index: Index, finding: Finding, publication: Publication) -> Index:
    documents = {
        layout.WAVEFORM_JSON: finding.waveform_json,
        layout.WAVEFORM_BINARY: finding.waveform_binary,
        **presentation.documents(index),
        **packed_documents(index),
    }
    listing = {name: documents.pop(name) for name in _LISTING if name in documents}
    stored = (*publication.put_all(documents), *publication.put_all(listing))
    return replace(index, documents=stored)


def _put_covers(artwork: ArtworkSet, publication: Publication) -> tuple[Artwork, ...]:
    stored = publication.put_all(
        {layout.artwork_name(cover.box_px): cover.data for cover in artwork.covers}
    )
    return tuple(
        Artwork(
            one.name,
            one.size_bytes,
            one.sha256,
            width_px=cover.width_px,
            height_px=cover.height_px,
            media_type=cover.media_type,
        )
        for one, cover in zip(stored, artwork.covers, strict=True)
    )
