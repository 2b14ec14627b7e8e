"""The segments of a revision that is still being packaged, as the records of their chunks tell.

A record is in the store before any playlist lists its segments, and names their digests
(``manifests.chunk_record``). What no record names yet is not there: it may still become another.

Little vouches for a record: on its way here, it may have been altered, and of some stores no entity
tag would tell. So whoever reads a segment holds it against its record, and only what was found to
fit is remembered. What does not is looked for again, in the record as it comes the next time.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from manifests.chunk_record import ChunkRecord, chunk_number
from manifests.index import StoredObject
from manifests.layout import Revision, chunk_record_name
from origin.delivery.bounded import BoundedMap
from origin.delivery.errors import NotFound
from origin.delivery.reading import Reader, well_formed

_RECORD_BYTES_MAX: Final = 1024 * 1024
_RUNGS_MAX: Final = 10_000


class _Grid(NamedTuple):
    """How many segments there are in the first chunk of a rung, and in all others."""

    in_first: int
    in_others: int


class RecordedSegments:
    """What records tell of segments, in one store."""

    def __init__(
        self, reader: Reader, is_doubted: Callable[[Revision], bool] = lambda _: False
    ) -> None:
        self._reader = reader
        self._is_doubted = is_doubted
        self._grids: BoundedMap[str, _Grid] = BoundedMap(_RUNGS_MAX)

    async def find(self, where: Revision, name: str) -> StoredObject:
        """Return what the segment called ``name`` is, NotFound where none is recorded."""
        rung, _, file_name = name.partition("/")
        number = int(file_name.partition(".")[0])
        grid = self._grids.get(where.growing_key(rung)) or await self._grid(where, rung, number)
        chunk = chunk_number(number, in_first=grid.in_first, in_others=grid.in_others)
        found = (await self._record(where, rung, chunk)).find(name)
        if found is None:
            raise NotFound("There is no such segment, or not yet.")
        if chunk > 0 and not self._is_doubted(where):
            self._grids.put(where.growing_key(rung), grid, 1)
        return found

    async def _grid(self, where: Revision, rung: str, number: int) -> _Grid:
        """Return how many segments chunks have, as far as that matters for one segment."""
        in_first = len((await self._record(where, rung, 0)).segments)
        if number < in_first:
            return _Grid(in_first, 1)
        return _Grid(in_first, len((await self._record(where, rung, 1)).segments))

    async def _record(self, where: Revision, rung: str, chunk: int) -> ChunkRecord:
        key = where.growing_key(chunk_record_name(rung, chunk))
        data = await self._reader.read(key, limit_bytes=_RECORD_BYTES_MAX, check=_chunk_record)
        return _chunk_record(key, data)


def _chunk_record(_key: str, data: bytes) -> ChunkRecord:
    with well_formed():
        return ChunkRecord.from_json(data)
