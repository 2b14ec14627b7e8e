import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from manifests.rendition import Ladder, Rung
from packager.encoding.boundaries import Timeline, front_padding
from packager.encoding.chunks import Chunk, ChunkCutter

LADDER = Ladder((Rung("128k", 128_000),), 8_000, 1, frames_per_segment=9, segments_per_chunk=3)


def cut(sound: np.ndarray, blocks: list[int], padding: int) -> tuple[list[Chunk], Timeline]:
    cutter = ChunkCutter(LADDER, padding)
    chunks: list[Chunk] = []
    start = 0
    for length in [*blocks, sound.shape[1]]:
        if start < sound.shape[1]:
            chunks += cutter.feed(sound[:, start : start + length])
        start += length
    return [*chunks, *cutter.finish()], cutter.timeline


@given(st.integers(1, 150_000), st.lists(st.integers(1, 40_000), max_size=8))
def test_chunks_are_windows_on_the_padded_sound(samples: int, blocks: list[int]) -> None:
    sound = np.arange(1, samples + 1, dtype=np.float32)[np.newaxis]
    padding = front_padding(samples)
    chunks, timeline = cut(sound, blocks, padding)
    assert [chunk.cut for chunk in chunks] == [
        timeline.chunk(number) for number in range(timeline.chunk_count)
    ]
    before, after = 128 * 1024, 4 * 1024
    padded = np.pad(sound, ((0, 0), (before + padding, after)))
    for chunk in chunks:
        start, end = chunk.cut.first_sample + before, chunk.cut.end_sample + before
        assert chunk.padded.shape == (1, end - start)
        assert np.array_equal(chunk.padded, padded[:, start:end])


def test_a_chunk_comes_as_soon_as_it_is_certain() -> None:
    cutter = ChunkCutter(LADDER, padding_ticks=0)
    first_segment = 9 * 1024 - 1024
    half_a_second = 4_000
    silence = np.zeros((1, first_segment + half_a_second - 1), np.float32)
    assert list(cutter.feed(silence)) == []
    assert len(list(cutter.feed(silence[:, :1]))) == 1
