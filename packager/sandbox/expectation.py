"""What a child that keeps to its plan sends. The rest was not made by our code, or not as it is.

A plan has to be one that follows from a probe within the limits, chunks come in the order of the
ladder's grid with the cuts of one timeline, and the finding has to tell that same timeline.
"""

from collections.abc import Collection, Iterator
from itertools import count

from manifests.chapters import are_in_order
from manifests.rendition import Rung
from packager.encoding.boundaries import ChunkCut, Timeline, front_padding
from packager.encoding.encoded import ChunkId, EncodedChunk
from packager.extras import Extras
from packager.ladder import choose
from packager.limits import Limits
from packager.plan import Finding, Plan
from packager.sandbox import claims
from packager.sandbox.values import Misfit


def check_plan(plan: Plan, limits: Limits, extras: Extras) -> None:
    """Raise Misfit unless ``plan`` follows from a source within ``limits`` and what was asked."""
    probe, ladder = plan.probe, plan.ladder
    if not (
        limits.lowest_rate_hz <= probe.sample_rate_hz <= limits.highest_rate_hz
        and 1 <= probe.channels <= limits.channels
        and 0 < probe.samples <= limits.duration_s * probe.sample_rate_hz
    ):
        raise Misfit("a source beyond its limits")
    if (ladder, plan.notes) != choose(probe, extras):
        raise Misfit("another ladder than its source gets")
    if not 0 < plan.expected_samples <= limits.duration_s * ladder.sample_rate_hz:
        raise Misfit("another length than its source has")
    if plan.codec_configs.keys() != {rung.name for rung in ladder.rungs}:
        raise Misfit("other encoders than its rungs have")
    for rung in ladder.rungs:
        claims.check_config(plan.codec_configs[rung.name], ladder, rung)
    claims.check_tags(plan.tags)
    claims.check_versions(plan.versions)
    claims.check_probe(probe)


class Expectation:
    """Checks the chunks of one plan that were not ``done``, and what was found with them."""

    def __init__(self, plan: Plan, limits: Limits, done: Collection[ChunkId]) -> None:
        self._ladder = plan.ladder
        self._padding_ticks = front_padding(plan.expected_samples)
        self._most_samples = limits.duration_s * plan.ladder.sample_rate_hz
        self._done = frozenset(done)
        self._next = self._grid(count())
        self._cuts: dict[int, ChunkCut] = {}
        self._received = 0

    def check_chunk(self, chunk: EncodedChunk) -> None:
        """Raise Misfit unless this is the next chunk."""
        cut = chunk.cut
        if (chunk.rung, cut.number) != next(self._next):
            raise Misfit("another chunk than the next")
        if cut != self._cuts.setdefault(cut.number, cut):
            raise Misfit("rungs that are cut differently")
        if cut not in self._possible_cuts(cut):
            raise Misfit("a chunk beside the grid")
        if len(chunk.units) != cut.end_frame - cut.first_frame or not all(chunk.units):
            raise Misfit("another number of frames than the chunk has")
        if max(map(len, chunk.units)) > claims.most_unit_bytes(self._ladder, chunk.rung):
            raise Misfit("a frame that holds more than sound")
        if chunk.source_end_bytes < 0:
            raise Misfit("a chunk of less than nothing")
        self._received += 1

    def check_finding(self, finding: Finding) -> None:
        """Raise Misfit unless the chunks that came, with those done, are what was found."""
        timeline = finding.timeline
        if timeline != self._timeline(timeline.samples) or not self._is_possible(timeline.samples):
            raise Misfit("a timeline of another plan")
        if any(
            number >= timeline.chunk_count or timeline.chunk(number) != cut
            for number, cut in self._cuts.items()
        ):
            raise Misfit("chunks of another timeline")
        if self._received != sum(1 for _ in self._grid(range(timeline.chunk_count))):
            raise Misfit("fewer chunks than there are")
        self._check_claims(finding)

    def _check_claims(self, finding: Finding) -> None:
        samples, silence = finding.timeline.samples, finding.silence
        if not are_in_order(finding.chapters, samples):
            raise Misfit("chapters of another sound")
        if min(silence.head_ticks, silence.tail_ticks) < 0 or (
            silence.head_ticks + silence.tail_ticks > samples
        ):
            raise Misfit("more silence than there is sound")
        claims.check_loudness(finding.loudness)
        claims.check_waveform(
            finding.waveform_binary, finding.waveform_json, samples, self._ladder.sample_rate_hz
        )
        claims.check_replay_gain(finding.replay_gain)
        claims.check_chapters(finding.chapters)
        claims.check_artwork(finding.artwork)
        claims.check_notes(finding.notes)

    def _grid(self, numbers: Iterator[int] | range) -> Iterator[tuple[Rung, int]]:
        for number in numbers:
            for rung in self._ladder.rungs:
                if (rung.name, number) not in self._done:
                    yield rung, number

    def _possible_cuts(self, cut: ChunkCut) -> Iterator[ChunkCut]:
        """Yield the cuts that this chunk may have: in the midst, or with the end where it says."""
        longest = self._timeline(self._most_samples)
        if cut.number < longest.chunk_count:
            yield longest.chunk(cut.number)
        if not cut.segments:
            return
        last = cut.segments[-1]
        samples = last.start_ticks + last.duration_ticks
        ending = self._timeline(samples)
        if self._is_possible(samples) and ending.chunk_count == cut.number + 1:
            yield ending.chunk(cut.number)

    def _is_possible(self, samples: int) -> bool:
        return 0 < samples <= self._most_samples

    def _timeline(self, samples: int) -> Timeline:
        return Timeline(self._ladder, self._padding_ticks, samples)
