"""Revisions on their way into a store: chunks of bytes that are no sound, and who looks at them."""

from collections.abc import Iterable

import obstore
from obstore.store import LocalStore, MemoryStore

from manifests.chunk_record import ChunkRecord
from manifests.index import Index, Loudness, SourceRecord
from manifests.layout import Revision
from manifests.rendition import Ladder, Rung
from packager.encoding.boundaries import Timeline
from packager.encoding.encoded import EncodedChunk
from packager.plan import Plan
from packager.publishing.publication import Publication
from packager.publishing.rendition import RenditionWriter
from packager.publishing.storage import Storage
from packager.source.facts import Probe

WHERE = Revision("asset", "revision")
RUNGS = (Rung("128k", 128_000), Rung("320k", 320_000))
LADDER = Ladder(RUNGS, sample_rate_hz=44_100, channels=2, frames_per_segment=258)
SAMPLES = 258 * 1024 * 25 - 1024
"""Twenty-five segments: chunks of 1, 10, 10 and 4."""
TIMELINE = Timeline(LADDER, 0, SAMPLES)
SILENT = Loudness(None, None, None)
CONFIG = bytes.fromhex("1210")
PLAN = Plan(
    probe=Probe("wav", "pcm_s16le", 44_100, 2, 16, 1_411_200, True, SAMPLES, SAMPLES, False),
    tags={},
    ladder=LADDER,
    codec_configs={rung.name: CONFIG for rung in RUNGS},
    expected_samples=SAMPLES,
    notes=(),
    versions={"soundbridge": "1"},
)


def keys(store: LocalStore | MemoryStore) -> set[str]:
    return {found["path"] for batch in obstore.list(store) for found in batch}


def encoded(rung: Rung, number: int) -> EncodedChunk:
    """A chunk whose frames have the size that the rung's bit rate asks for."""
    cut = TIMELINE.chunk(number)
    frame = bytes([number]) * (rung.bitrate_bps * 1024 // 44_100 // 8)
    return EncodedChunk(rung, cut, (frame,) * (cut.end_frame - cut.first_frame), 1)


def writers(
    publication: Publication, recorded: dict[str, tuple[ChunkRecord, ...]] | None = None
) -> tuple[RenditionWriter, ...]:
    return tuple(
        RenditionWriter(LADDER, rung, CONFIG, publication, (recorded or {}).get(rung.name, ()))
        for rung in RUNGS
    )


def write(storage: Storage, chunks: Iterable[int]) -> None:
    """Store chunks of all rungs, with their records."""
    for writer in writers(Publication(storage, WHERE)):
        for number in chunks:
            writer.write(encoded(writer.rung, number))


def index_of(rungs: Iterable[RenditionWriter]) -> Index:
    """The index of a revision that has these renditions and nothing else."""
    return Index(
        samples=SAMPLES,
        sample_rate_hz=LADDER.sample_rate_hz,
        channels=LADDER.channels,
        target_duration_s=LADDER.target_duration_s,
        source=SourceRecord("0" * 64, 1, "wav", "pcm_s16le", 44_100, 2, 16, 1_411_200),
        renditions=tuple(writer.finish(TIMELINE, SILENT) for writer in rungs),
        loudness=SILENT,
        tags={},
        artwork=(),
        placeholder=None,
        documents=(),
        versions=PLAN.versions,
    )
