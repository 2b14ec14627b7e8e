from dataclasses import replace

import pytest

from manifests.chunk_record import ChunkRecord, chunk_number
from manifests.errors import ManifestError
from manifests.index import SegmentRecord
from tests.sources.growing import TIMELINE

SEGMENT = SegmentRecord("128k/00000.m4s", 5, "0" * 64, 0, 262_144)
PACKED = replace(SEGMENT, name="128k/00000.aac", size_bytes=3)


@pytest.mark.parametrize("record", [ChunkRecord((SEGMENT,)), ChunkRecord((SEGMENT,), (PACKED,))])
def test_a_record_reads_back(record: ChunkRecord) -> None:
    assert ChunkRecord.from_json(record.to_json()) == record


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"segments":1}',
        '{"segments":[{"name":"x"}]}',
        '{"segments":[],"packed":[]}',
        "[" * 100_000,
        "\xff",
    ],
)
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ManifestError, match="record of a chunk"):
        ChunkRecord.from_json(text.encode("latin-1"))


def test_segments_are_found_by_name() -> None:
    record = ChunkRecord((SEGMENT,), (PACKED,))
    assert record.find("128k/00000.m4s") == SEGMENT
    assert record.find("128k/00000.aac") == PACKED
    assert record.find("128k/00001.m4s") is None


def test_a_segment_is_in_the_chunk_that_is_cut_there() -> None:
    cuts = [TIMELINE.chunk(number) for number in range(TIMELINE.chunk_count)]
    in_first, in_others = len(cuts[0].segments), len(cuts[1].segments)
    assert (in_first, in_others, len(cuts)) == (1, 10, 4)
    for cut in cuts:
        for segment in cut.segments:
            found = chunk_number(segment.number, in_first=in_first, in_others=in_others)
            assert found == cut.number
