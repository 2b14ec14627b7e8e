"""Collect blocks of samples until a chunk is certain, and hand out what its encoders read.

Whether a segment is the last, and so takes in a short tail, shows only when the sound has gone on
for long enough behind it; until then the chunk is held back. At most one chunk, its pre-roll and
that much of the sound are held.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from manifests.rendition import FRAME_SAMPLES, Ladder
from packager.encoding.boundaries import PRE_ROLL_FRAMES, ChunkCut, Timeline
from packager.sound.samples import Block, silence


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk's cut, and its samples with pre-roll and look-ahead."""

    cut: ChunkCut
    padded: Block


class ChunkCutter:
    """Cuts one asset's sound; feed it, then finish it."""

    def __init__(self, ladder: Ladder, padding_ticks: int) -> None:
        self._ladder = ladder
        self._padding_ticks = padding_ticks
        self._fed_samples = 0
        self._number = 0
        before = PRE_ROLL_FRAMES * FRAME_SAMPLES
        self._held = [silence(ladder.channels, before + padding_ticks)]
        self._held_from = -before

    @property
    def timeline(self) -> Timeline:
        """The cuts of what was fed so far: of the whole sound once everything was."""
        return Timeline(self._ladder, self._padding_ticks, self._fed_samples)

    def feed(self, block: Block) -> Iterator[Chunk]:
        """Take the next samples and yield the chunks that they settle."""
        self._held.append(block)
        self._fed_samples += block.shape[1]
        while self.timeline.is_settled(self._number):
            yield self._cut()

    def finish(self) -> Iterator[Chunk]:
        """Yield what is left; nothing may be fed afterwards."""
        while self._number < self.timeline.chunk_count:
            yield self._cut()

    def _cut(self) -> Chunk:
        cut = self.timeline.chunk(self._number)
        held = np.concatenate(self._held, axis=1)
        start, end = cut.first_sample - self._held_from, cut.end_sample - self._held_from
        missing = max(end - held.shape[1], 0)
        if missing:
            held = np.pad(held, ((0, 0), (0, missing)))
        padded = held[:, start:end]
        # The next chunk's pre-roll is this chunk's end.
        next_from = (cut.end_frame - PRE_ROLL_FRAMES) * FRAME_SAMPLES
        self._held = [held[:, next_from - self._held_from :].copy()]
        self._held_from = next_from
        self._number += 1
        return Chunk(cut, padded)
