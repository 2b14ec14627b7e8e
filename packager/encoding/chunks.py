"""Collect blocks of samples until a chunk is certain, and hand out what its encoders read.

Whether a segment is the last, and so takes in a short tail, shows only when the sound has gone on
for long enough behind it; until then the chunk is held back. At most one chunk, its pre-roll and
that much of the sound are held, once: blocks are written to where encoders will read them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from manifests.rendition import FRAME_SAMPLES, Ladder
from packager.encoding.boundaries import (
    LOOK_AHEAD_FRAMES,
    PRE_ROLL_FRAMES,
    SHORTEST_TAIL_S,
    ChunkCut,
    Timeline,
)
from packager.sound.samples import Block, silence

_LONG_BLOCK_SAMPLES: Final = 2**17
"""Room for more than is needed costs nothing: memory that is not written to is not there."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A chunk's cut, and its samples with pre-roll and look-ahead.

    ``source_end_bytes`` is how far its source had been read for it.
    """

    cut: ChunkCut
    padded: Block
    source_end_bytes: int = 0


class ChunkCutter:
    """Cuts one asset's sound; feed it, then finish it."""

    def __init__(self, ladder: Ladder, padding_ticks: int) -> None:
        self._ladder = ladder
        self._padding_ticks = padding_ticks
        self._fed_samples = 0
        self._number = 0
        before = PRE_ROLL_FRAMES * FRAME_SAMPLES
        self._room_from = -before
        self._room = self._empty_room()
        self._filled = before + padding_ticks

    @property
    def timeline(self) -> Timeline:
        """The cuts of what was fed so far: of the whole sound once everything was."""
        return Timeline(self._ladder, self._padding_ticks, self._fed_samples)

    def feed(self, block: Block) -> Iterator[Chunk]:
        """Take the next samples and yield the chunks that they settle."""
        self._fill(block)
        self._fed_samples += block.shape[1]
        while self.timeline.is_settled(self._number):
            yield self._cut()

    def finish(self) -> Iterator[Chunk]:
        """Yield what is left; nothing may be fed afterwards."""
        while self._number < self.timeline.chunk_count:
            yield self._cut()

    def _fill(self, block: Block) -> None:
        end = self._filled + block.shape[1]
        self._widen(end)
        self._room[:, self._filled : end] = block
        self._filled = end

    def _cut(self) -> Chunk:
        cut = self.timeline.chunk(self._number)
        end = cut.end_sample - self._room_from
        self._widen(end)
        padded = self._room[:, :end]
        # The next chunk's pre-roll is this chunk's end.
        next_from = (cut.end_frame - PRE_ROLL_FRAMES) * FRAME_SAMPLES
        rest = self._room[:, next_from - self._room_from : self._filled]
        self._number += 1
        self._room_from = next_from
        self._room = self._empty_room()
        self._filled = 0
        self._fill(rest)
        return Chunk(cut, padded)

    def _empty_room(self) -> Block:
        """Return silence as long as the next chunk can be, and what has to follow it."""
        segments = (
            self._ladder.segments_per_chunk
            if self._number
            else (self._ladder.segments_in_first_chunk)
        )
        frames = PRE_ROLL_FRAMES + segments * self._ladder.frames_per_segment + LOOK_AHEAD_FRAMES
        tail_samples = round(SHORTEST_TAIL_S * self._ladder.sample_rate_hz)
        return silence(
            self._ladder.channels, frames * FRAME_SAMPLES + tail_samples + _LONG_BLOCK_SAMPLES
        )

    def _widen(self, samples: int) -> None:
        """Make room for so many samples where the last chunk, or a block, is that long."""
        missing = samples - self._room.shape[1]
        if missing > 0:
            self._room = np.pad(self._room, ((0, 0), (0, missing)))
