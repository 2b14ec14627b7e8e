from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import numpy as np
import pytest

from manifests.rendition import Ladder, Rung
from packager.encoding.boundaries import Timeline
from packager.encoding.chunks import Chunk, ChunkCutter
from packager.encoding.parallel import encode_all
from packager.errors import CorruptSource, EncoderFailed

LADDER = Ladder((Rung("128k", 128_000), Rung("320k", 264_000)), 44_100, 1, 20, segments_per_chunk=2)


def chunks(samples: int) -> list[Chunk]:
    noise = np.random.default_rng(7).normal(0, 0.1, (1, samples)).astype(np.float32)
    cutter = ChunkCutter(LADDER, padding_ticks=0)
    return [*cutter.feed(noise), *cutter.finish()]


def test_every_rung_of_a_chunk_comes_before_the_next_chunk() -> None:
    encoded = list(encode_all(LADDER, chunks(99 * 1024), workers=2))
    assert [(one.cut.number, one.rung.name) for one in encoded] == [
        (number, rung.name) for number in range(3) for rung in LADDER.rungs
    ]
    frames = Timeline(LADDER, 0, 99 * 1024).frames
    assert sum(len(one.units) for one in encoded) == frames * len(LADDER.rungs)


def test_what_plays_first_does_not_wait_for_the_second_chunk() -> None:
    first, *others = chunks(99 * 1024)
    played = Event()

    def decoded() -> Iterator[Chunk]:
        yield first
        assert played.wait(60)
        yield from others

    encoded = encode_all(LADDER, decoded(), workers=2)
    assert [next(encoded).cut.number for _ in LADDER.rungs] == [0, 0]
    played.set()
    assert [one.cut.number for one in encoded] == [1, 1, 2, 2]


def test_what_cannot_be_decoded_is_told_after_what_could() -> None:
    def decoded() -> Iterator[Chunk]:
        yield chunks(99 * 1024)[0]
        raise CorruptSource("It ends here.")

    encoded = encode_all(LADDER, decoded(), workers=2)
    assert [next(encoded).cut.number for _ in LADDER.rungs] == [0, 0]
    with pytest.raises(CorruptSource):
        next(encoded)


def test_only_what_is_not_done_is_made() -> None:
    done = {("128k", 0), ("320k", 0), ("128k", 1)}
    encoded = encode_all(LADDER, chunks(99 * 1024), 2, done)
    assert [(one.cut.number, one.rung.name) for one in encoded] == [
        (1, "320k"),
        (2, "128k"),
        (2, "320k"),
    ]


def test_a_part_that_is_missing_is_an_error() -> None:
    whole = chunks(50_000)[0]
    short = replace(whole, padded=whole.padded[:, :-4096])
    with pytest.raises(EncoderFailed, match="lost a part"):
        list(encode_all(LADDER, [short], workers=1))
