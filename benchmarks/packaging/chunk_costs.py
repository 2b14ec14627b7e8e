"""What each chunk of a source takes, one thing after the other on one thread."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import thread_time
from typing import TypeVar

from benchmarks.packaging.schedule import ChunkCost
from packager.encoding.encode import encode_chunk
from packager.ladder import choose
from packager.limits import Limits
from packager.sound.one_pass import Sound
from packager.source.probe import probe

Result = TypeVar("Result")


def chunk_costs(source: Path) -> list[ChunkCost]:
    """Decode, measure and encode a source, and return what each chunk took of a core."""
    limits = Limits()
    probed = probe(source, limits)
    ladder, _ = choose(probed)
    chunks = Sound(source, probed, ladder, limits).chunks()
    costs: list[ChunkCost] = []
    while True:
        chunk, sound_s = _timed(partial(next, chunks, None))
        if chunk is None:
            return costs
        encoding_s = tuple(
            _timed(partial(encode_chunk, ladder, rung, chunk))[1] for rung in ladder.rungs
        )
        costs.append(ChunkCost(sound_s, encoding_s))


def _timed(work: Callable[[], Result]) -> tuple[Result, float]:
    started_s = thread_time()
    result = work()
    return result, thread_time() - started_s
