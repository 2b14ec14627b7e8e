"""Where segments and chunks begin and end, in whole ticks and whole frames.

One tick is one sample at the ladder's rate. The sound of ``samples`` ticks is laid out on a grid of
AAC frames of 1,024::

    | encoder priming: 1024 | front padding: z | sound: samples             |
    0                       1024               1024 + z                     1024 + z + samples

``z = -samples % 1024`` makes the sound end on a frame's end, since players trim the front exactly
and the end not at all. Frame ``k`` is what the encoder makes of padded samples
``[(k - 1) * 1024, (k + 1) * 1024)`` and yields those of its first half. ``z`` has to be chosen
before the sound was decoded: where the prediction was wrong, the last frame is declared shorter.

A chunk is encoded alone. It begins ``PRE_ROLL_FRAMES`` early, so that the encoder's state (window
shapes, rate control, psychoacoustics) has settled when its first kept frame comes, and it reads one
frame beyond its end, because the encoder looks ahead that far. Four frames are enough for windows.
Rate control needs longer, and never comes to quite the same state: it has several that are steady.
With 128 frames, the error in the eight frames around a join is that of one continuous encode in the
median of 207 joins a rung; the worst had 3.2 dB more at 128 kbit/s, 4.8 at 256 and 11 at 320, 50 dB
below the sound. In as many places without a join, 129 frames before one, the worst had 2.7, 3.8 and
4.0. With 64 frames there are more such joins, and twice as many frames bring little
(``benchmarks.joins``).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from manifests.rendition import FRAME_SAMPLES, Ladder

PRE_ROLL_FRAMES: Final = 128
LOOK_AHEAD_FRAMES: Final = 1
PRIMING_TICKS: Final = FRAME_SAMPLES
SHORTEST_TAIL_S: Final = Fraction(1, 2)


def front_padding(samples: int) -> int:
    """Return how many zero samples go in front, so that sound ends with a frame."""
    return -samples % FRAME_SAMPLES


@dataclass(frozen=True, slots=True)
class SegmentCut:
    """One segment: frames ``[first_frame, end_frame)`` and the ticks heard of them.

    ``last_frame_ticks`` is 1,024, but for the end of a sound whose padding was predicted wrongly.
    """

    number: int
    first_frame: int
    end_frame: int
    start_ticks: int
    duration_ticks: int
    last_frame_ticks: int


@dataclass(frozen=True, slots=True)
class ChunkCut:
    """The segments that one run of the encoder makes."""

    number: int
    segments: tuple[SegmentCut, ...]

    @property
    def first_frame(self) -> int:
        """The first frame that is kept."""
        return self.segments[0].first_frame

    @property
    def end_frame(self) -> int:
        """One past the last frame."""
        return self.segments[-1].end_frame

    @property
    def heard_ticks(self) -> int:
        """How much is heard of it."""
        return sum(segment.duration_ticks for segment in self.segments)

    @property
    def media_ticks(self) -> int:
        """How long its frames last, priming and padding included."""
        frames_before_last = self.end_frame - self.first_frame - 1
        return frames_before_last * FRAME_SAMPLES + self.segments[-1].last_frame_ticks

    @property
    def first_sample(self) -> int:
        """The first padded sample that the run reads; below 0 there is silence."""
        return (self.first_frame - PRE_ROLL_FRAMES) * FRAME_SAMPLES

    @property
    def end_sample(self) -> int:
        """One past the last padded sample that the run reads; beyond the sound is silence."""
        return (self.end_frame + LOOK_AHEAD_FRAMES) * FRAME_SAMPLES


@dataclass(frozen=True, slots=True)
class Timeline:
    """The cuts of one asset of ``samples`` ticks behind ``padding_ticks`` of silence."""

    ladder: Ladder
    padding_ticks: int
    samples: int

    @property
    def media_time_ticks(self) -> int:
        """Where the sound starts in media time: what an edit list skips."""
        return PRIMING_TICKS + self.padding_ticks

    @property
    def media_ticks(self) -> int:
        """Where the sound ends in media time."""
        return self.media_time_ticks + self.samples

    @property
    def frames(self) -> int:
        """How many frames there are."""
        return -(-self.media_ticks // FRAME_SAMPLES)

    @property
    def segment_count(self) -> int:
        """How many segments there are; a tail under half a second joins its predecessor."""
        count = -(-self.frames // self.ladder.frames_per_segment)
        tail_ticks = self.media_ticks - self._segment_ticks * (count - 1)
        return count - 1 if count > 1 and tail_ticks < self._shortest_tail_ticks else count

    @property
    def chunk_count(self) -> int:
        """How many chunks there are."""
        beyond_first = max(self.segment_count - self.ladder.segments_in_first_chunk, 0)
        return 1 + -(-beyond_first // self.ladder.segments_per_chunk)

    def segment(self, number: int) -> SegmentCut:
        """Return segment ``number``, counted from 0."""
        length = self.ladder.frames_per_segment
        is_last = number == self.segment_count - 1
        first_frame, end_frame = number * length, (number + 1) * length
        media_end_ticks = end_frame * FRAME_SAMPLES
        if is_last:
            end_frame, media_end_ticks = self.frames, self.media_ticks
        start_ticks = max(first_frame * FRAME_SAMPLES - self.media_time_ticks, 0)
        return SegmentCut(
            number,
            first_frame,
            end_frame,
            start_ticks=start_ticks,
            duration_ticks=media_end_ticks - self.media_time_ticks - start_ticks,
            last_frame_ticks=media_end_ticks - (end_frame - 1) * FRAME_SAMPLES,
        )

    def chunk(self, number: int) -> ChunkCut:
        """Return chunk ``number`` of the ladder's grid, counted from 0."""
        first, end = self._segments_of(number)
        numbers = range(first, min(end, self.segment_count))
        return ChunkCut(number, tuple(map(self.segment, numbers)))

    def is_settled(self, number: int) -> bool:
        """Tell whether chunk ``number`` stays as it is, however much sound comes after this.

        It does once what follows it is long enough to be a segment of its own.
        """
        end = self._segments_of(number)[1]
        return self.media_ticks - self._segment_ticks * end >= self._shortest_tail_ticks

    def _segments_of(self, chunk_number: int) -> tuple[int, int]:
        if chunk_number == 0:
            return 0, self.ladder.segments_in_first_chunk
        per_chunk = self.ladder.segments_per_chunk
        first = self.ladder.segments_in_first_chunk + (chunk_number - 1) * per_chunk
        return first, first + per_chunk

    @property
    def _segment_ticks(self) -> int:
        return self.ladder.frames_per_segment * FRAME_SAMPLES

    @property
    def _shortest_tail_ticks(self) -> Fraction:
        return SHORTEST_TAIL_S * self.ladder.sample_rate_hz
