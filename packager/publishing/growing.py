"""What plays while a revision is being made: EVENT playlists that grow with every chunk.

A chunk is listed once all rungs have it, so that all playlists are equally long and a player may
switch anywhere. The order never changes: segments, their records, initialization sections, media
playlists, the multivariant playlist, and last of all the announcement, which lets a playback id
play them. So whatever is listed is there, at any moment.

Writing whole playlists again and again adds up over hours of sound: beyond an hour or so, they wait
until they grow by a noticeable part, but no longer than a target duration (RFC 8216 §6.2.2).

Another run may be at work on the same revision, and further, or an earlier one may have been. What
is listed stays listed (RFC 8216 §6.2.1): a playlist is looked at before it is written, and only
ever becomes longer.
"""

import time
from collections.abc import Callable, Sequence
from typing import Final

from manifests import growing, layout
from manifests.growing import ProvisionalRendition
from manifests.index import Index, SegmentRecord
from packager.encoding.boundaries import Timeline, front_padding
from packager.plan import Plan
from packager.publishing.publication import Publication
from packager.publishing.rendition import RenditionWriter

_LEAST_GROWTH: Final = 1 / 64
_SEGMENT: Final = b"#EXTINF"
_SEGMENTS_BEFORE: Final = 2
"""As many as fit into 1.5 target durations in front of a short one: peaks may reach across."""


class GrowingPlaylists:
    """The playlists of the rungs that ``writers`` store; ``announce`` is called once they play.

    ``clock`` tells seconds that pass.
    """

    def __init__(
        self,
        plan: Plan,
        writers: Sequence[RenditionWriter],
        publication: Publication,
        announce: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._plan = plan
        self._writers = writers
        self._publication = publication
        self._announce = announce
        self._clock = clock
        self._listed_chunks = 0
        self._listed_at_s = clock()
        ladder = plan.ladder
        self._renditions = [
            ProvisionalRendition.of(
                writer.rung, channels=ladder.channels, sample_rate_hz=ladder.sample_rate_hz
            )
            for writer in writers
        ]

    def advance(self) -> None:
        """List the chunks that all rungs have by now; raises StoreFailed."""
        chunks = min(writer.chunk_count for writer in self._writers)
        is_first = self._listed_chunks == 0
        if not self._is_worth_it(chunks):
            return
        if is_first:
            self._put_initialization_sections()
        self._put_media_playlists(chunks)
        if self._raise_bounds(chunks) or is_first:
            text = growing.multivariant_playlist(self._renditions).render()
            self._publication.put_growing({layout.MULTIVARIANT: text.encode()})
        self._listed_chunks = chunks
        self._listed_at_s = self._clock()
        if is_first:
            self._announce()

    def _is_worth_it(self, chunks: int) -> bool:
        new_chunks = chunks - self._listed_chunks
        waited_s = self._clock() - self._listed_at_s
        is_noticeable = new_chunks > self._listed_chunks * _LEAST_GROWTH
        return is_noticeable or (new_chunks > 0 and waited_s >= self._plan.ladder.target_duration_s)

    def _put_initialization_sections(self) -> None:
        samples = self._plan.expected_samples
        timeline = Timeline(self._plan.ladder, front_padding(samples), samples)
        inits = {
            layout.init_name(writer.rung.name): writer.growing_init(timeline.media_time_ticks)
            for writer in self._writers
        }
        self._publication.put_growing(inits)

    def _put_media_playlists(self, chunks: int) -> None:
        ladder = self._plan.ladder
        playlists = {
            layout.playlist_name(writer.rung.name): growing.media_playlist(
                self._publication.where,
                writer.rung.name,
                writer.segments(chunks),
                sample_rate_hz=ladder.sample_rate_hz,
                target_duration_s=ladder.target_duration_s,
                ended=False,
            ).render()
            for writer in self._writers
        }
        there = self._publication.read_growing(playlists)
        self._publication.put_growing(
            {
                name: text.encode()
                for name, text in playlists.items()
                if there.get(name, b"").count(_SEGMENT) <= text.encode().count(_SEGMENT)
            }
        )

    def _raise_bounds(self, chunks: int) -> bool:
        """Raise the bounds that new segments exceed; tell whether there were any."""
        before = list(self._renditions)
        ladder = self._plan.ladder
        self._renditions = [
            rendition.holding(
                self._new_segments(writer, chunks),
                sample_rate_hz=ladder.sample_rate_hz,
                target_duration_s=ladder.target_duration_s,
            )
            for rendition, writer in zip(self._renditions, self._writers, strict=True)
        ]
        return self._renditions != before

    def _new_segments(self, writer: RenditionWriter, chunks: int) -> list[SegmentRecord]:
        listed = len(writer.segments(self._listed_chunks))
        return writer.segments(chunks)[max(listed - _SEGMENTS_BEFORE, 0) :]


def end_playlists(publication: Publication, index: Index) -> None:
    """Say in the playlists of a revision, now complete, that no more will come.

    What was an upper bound in their multivariant playlist has been measured by now.
    """
    where = publication.where
    there = publication.storage.sizes_bytes(where.growing_prefix)
    playlists = {
        layout.playlist_name(rendition.rung): growing.media_playlist(
            where,
            rendition.rung,
            rendition.segments,
            sample_rate_hz=index.sample_rate_hz,
            target_duration_s=index.target_duration_s,
            ended=True,
        ).render()
        for rendition in index.renditions
    }
    playlists[layout.MULTIVARIANT] = growing.multivariant_playlist(index.renditions).render()
    publication.put_growing(
        {
            name: text.encode()
            for name, text in playlists.items()
            if where.growing_key(name) in there
        }
    )
