"""Encode chunks for every rung, on as many cores as there are, and hand them over in order.

What plays first waits for nothing else. The second chunk is ten times as long as the first, and is
decoded on the first core that no encoder of the first needs any more; from then on, the caller's
thread decodes while the others encode.
"""

from collections.abc import Collection, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, islice

from manifests.rendition import Ladder, Rung
from packager.encoding.chunks import Chunk
from packager.encoding.encode import encode_chunk
from packager.encoding.encoded import ChunkId, EncodedChunk
from packager.encoding.in_order import in_order


def encode_all(
    ladder: Ladder, chunks: Iterable[Chunk], workers: int, done: Collection[ChunkId] = ()
) -> Generator[EncodedChunk]:
    """Yield every chunk of every rung that is not ``done``, in order.

    ``workers`` is how many are encoded at a time, and never changes a byte of it.
    """
    tasks = (
        partial(_encode, ladder, rung, chunk)
        for chunk in chunks
        for rung in ladder.rungs
        if (rung.name, chunk.cut.number) not in done
    )
    firsts = sum((rung.name, 0) not in done for rung in ladder.rungs)
    with ThreadPoolExecutor(workers, thread_name_prefix="encode") as executor:
        first = [executor.submit(task) for task in islice(tasks, firsts)]
        second = executor.submit(lambda: [*islice(tasks, 1)])
        try:
            for encoded in first:
                yield encoded.result()
            left = chain(second.result(), tasks)
            yield from in_order(executor, left, ahead=ahead(workers, len(ladder.rungs)))
        finally:
            executor.shutdown(cancel_futures=True)


def ahead(workers: int, rungs: int) -> int:
    """Return how many tasks keep all workers busy: they hold one chunk more than those work on."""
    return -(-workers // rungs) * rungs + 1


def _encode(ladder: Ladder, rung: Rung, chunk: Chunk) -> EncodedChunk:
    return EncodedChunk(rung, chunk.cut, encode_chunk(ladder, rung, chunk), chunk.source_end_bytes)
