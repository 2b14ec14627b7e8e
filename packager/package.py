"""One asset, start to finish: a source becomes a revision in the store, and an entry points at it.

The source is probed, a ladder chosen, the sound decoded once; segments are stored in order as the
encoders hand them over. From the first chunk on it plays, by playlists that grow; what is not
needed for that chunk is fetched and hashed afterwards. What has to know the whole follows:
initialization sections, waveform, cover, playlists, the index, and last the entry of what is
complete. Memory stays constant however long the source is.

A run that was killed is taken up where it ended: chunks that the store has are not made again. What
the store has lost of a complete revision is made again, while all that it has left plays on.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from obstore.store import ObjectStore

from manifests import layout
from manifests.credits import Credits
from manifests.entry import Entry
from manifests.index import Index
from manifests.layout import Revision
from packager.errors import StoreFailed
from packager.extras import NO_EXTRAS, Extras
from packager.intake import Intake, taken_in
from packager.limits import Limits
from packager.plan import Plan
from packager.publishing.completion import complete
from packager.publishing.growing import GrowingPlaylists, end_playlists
from packager.publishing.publication import OnGrowth, Publication
from packager.publishing.publisher import InStore, Publisher
from packager.publishing.recorded import recorded_chunks
from packager.publishing.rendition import RenditionWriter
from packager.publishing.revision import revision_of
from packager.publishing.source_mark import SourceMark
from packager.publishing.storage import Storage
from packager.publishing.withdrawal import clear
from packager.sandbox.reader import Reader
from packager.source.local import always_wanted, name_of


@dataclass(frozen=True, slots=True)
class Packaged:
    """What was published, and what is in it."""

    entry: Entry
    index: Index


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of the sound is in the store for all rungs."""

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
    extras: Extras = NO_EXTRAS,
    workers: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_playing: Callable[[Entry], None] | None = None,
    publisher: Publisher | None = None,
    reader: Reader | None = None,
    check_wanted: Callable[[], None] = always_wanted,
    on_growth: OnGrowth | None = None,
) -> Packaged:
    """Package ``source``, a path or the URL of an object in a store, into ``store``.

    ``created_at`` is RFC 3339 in UTC; ``extras`` are made beside the usual ladder; ``workers`` is
    how many chunks are encoded at a time, by default one for each core, and changes no byte. Raises
    PackagingError. A revision that is there already is not made again, and one that is there in
    part is completed.

    ``publisher`` decides what plays, and what becomes of a revision that something ended early. By
    default that is the entry object alone, and nothing is left in the store; but where the source
    turned out bad after it had begun to play, that goes on for a while, and where the store failed,
    the next run goes on with what is there. An entry of this revision keeps its ``created_at``.

    ``on_playing`` is given the entry that plays before the end; where all was made before, none.
    ``reader`` is a child that was started before, and is used up; without one, a child is started.
    ``check_wanted`` is called again and again while a source is fetched, and ends that by raising.
    ``on_growth`` is given the keys of growing playlists whenever they have been written.
    """
    with ExitStack() as opened:
        storage = opened.enter_context(Storage(store))
        taken = opened.enter_context(
            taken_in(
                source,
                limits or Limits(),
                workers,
                extras,
                reader=reader,
                check_wanted=check_wanted,
            )
        )
        plan = taken.reading.plan
        with taken.blamed():
            where = revision_of(taken.digest, plan, asset_id, storage)
        if publisher is None:
            publisher = InStore(storage, playback_id)
            created_at = publisher.began_at(where, created_at)
        expected = _expected_entry(plan, where, playback_id, created_at, name_of(source))

        def announce() -> None:
            publisher.provisional(expected)
            taken.hurry()
            if on_playing is not None:
                on_playing(expected)

        return _publish(
            taken,
            Publication(storage, where, on_growth),
            expected,
            publisher,
            announce=announce,
            on_progress=on_progress,
        )


def _publish(
    taken: Intake,
    publication: Publication,
    expected: Entry,
    publisher: Publisher,
    *,
    announce: Callable[[], None],
    on_progress: Callable[[Progress], None] | None,
) -> Packaged:
    try:
        clear(publication.storage, publication.where)
        with taken.blamed():
            index = _whole_index(taken, publication)
            if index is None:
                index = _make(taken, publication, announce, on_progress)
        end_playlists(publication, index)
        entry = _final_entry(expected, index)
        publisher.final(entry)
        publication.confirm()
    except BaseException as error:
        publisher.gave_up(publication, error)
        raise
    return Packaged(entry, index)


def _expected_entry(
    plan: Plan, where: Revision, playback_id: str, created_at: str, name: str
) -> Entry:
    return Entry(
        playback_id=playback_id,
        asset_id=where.asset_id,
        revision=where.revision,
        created_at=created_at,
        duration_s=round(plan.expected_samples / plan.ladder.sample_rate_hz, 6),
        title=plan.tags.get("title") or name,
        artist=plan.tags.get("artist"),
        provisional=True,
    )


def _final_entry(expected: Entry, index: Index) -> Entry:
    return replace(expected, duration_s=round(index.duration_s, 6), provisional=False)


def _make(
    taken: Intake,
    publication: Publication,
    announce: Callable[[], None],
    on_progress: Callable[[Progress], None] | None,
) -> Index:
    reading, plan = taken.reading, taken.reading.plan
    ladder = plan.ladder
    publication.put_growing({layout.CREDITS: Credits(plan.tags.get("artist")).to_json()})
    recorded = recorded_chunks(publication.storage, publication.where, ladder)
    writers = {
        rung: RenditionWriter(
            ladder, rung, plan.codec_configs[rung.name], publication, recorded[rung.name]
        )
        for rung in ladder.rungs
    }
    rungs = tuple(writers.values())
    playlists = GrowingPlaylists(plan, rungs, publication, announce)
    playlists.advance()
    mark = SourceMark(publication, taken.digest, taken.size_bytes)
    done = {(rung, number) for rung in recorded for number in range(len(recorded[rung]))}
    with closing(reading.chunks(done)) as chunks:  # an error ends the encoders too
        for encoded in chunks:
            if index := _whole_index(taken, publication):  # another run was faster, or none is lost
                return index
            mark.cover(encoded.source_end_bytes)
            writers[encoded.rung].write(encoded)
            playlists.advance()
            if on_progress is not None:
                on_progress(_progress(plan, rungs))
    finding = reading.finding()
    mark.finish()
    return complete(plan, taken.record(), finding, rungs, publication)


def _whole_index(taken: Intake, publication: Publication) -> Index | None:
    """Return the index of a revision of which nothing has to be made."""
    index = publication.existing_index()
    if index is not None and index.source.sha256 != taken.digest.sha256():
        raise StoreFailed(
            "Another run has made a revision of another file in its place. Package again."
        )
    return None if index is None or publication.lacks_any_of(index) else index


def _progress(plan: Plan, writers: Sequence[RenditionWriter]) -> Progress:
    rate_hz = plan.ladder.sample_rate_hz
    done_ticks = sum(writer.end_ticks for writer in writers) / len(writers)
    return Progress(
        min(done_ticks, plan.expected_samples) / rate_hz, plan.expected_samples / rate_hz
    )
