"""Each list of tracks is read from an index in its order, and no further than a page needs.

Held against what the databases say of their plans, over tables large enough for them to care; what
that comes to in time is ``benchmarks.api queries``.
"""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from benchmarks.api.catalogue import Catalogue, fill
from benchmarks.api.lists import Listed, all_lists
from origin.companion.api.models import LIMIT_DEFAULT
from origin.companion.api.paging import rows_for
from origin.companion.catalogue.tracks import lists

TRACKS = 12_000
ARTISTS = 300
DEPTH = 200
ROWS = rows_for(LIMIT_DEFAULT)
BLOCKS_OF_A_ROW = 25
"""Four look-ups of three or four blocks each, and a visit of the row."""
SPANS_MAX = 125
INDEX_OF = {
    "newest": "ix_tracks_listed_s_id",
    "newest, genre": "ix_tracks_genre_listed_s_id",
    "newest, artist": "ix_tracks_artist_id_listed_s_id",
    "newest, tag": "ix_track_tags_tag_listed_s_track_id",
    "plays": "ix_tracks_play_count_id",
    "plays, genre": "ix_tracks_genre_play_count_id",
    "plays, artist": "ix_tracks_artist_id_play_count_id",
    "trending": "ix_tracks_trending_id",
    "trending, genre": "ix_tracks_genre_trending_id",
    "album": "ix_tracks_album_id_album_position_id",
    "own": "ix_tracks_user_id_created_s_id",
    "own, artist": "ix_tracks_artist_id_created_s_id",
}


@dataclass(frozen=True)
class Filled:
    database: AsyncEngine
    catalogue: Catalogue


@pytest.fixture
async def filled(database: AsyncEngine) -> Filled:
    return Filled(database, await fill(database, TRACKS, ARTISTS, seed=1))


async def test_lists_are_read_from_their_index_at_any_depth(filled: Filled) -> None:
    explained = _of_postgres if filled.database.dialect.name == "postgresql" else _of_sqlite
    asked = all_lists(filled.catalogue)
    assert {name for name in asked if "days" not in name} == INDEX_OF.keys()
    async with filled.database.connect() as connection:
        for name, listed in asked.items():
            deep = await listed.keys(connection, DEPTH, 1)
            assert deep or "days" in name
            for behind in (None, *deep):
                query = listed.query(filled.database.dialect, behind)
                await explained(connection, name, query, is_deep=behind is not None)


async def test_spans_give_what_a_sort_of_everything_gives(filled: Filled) -> None:
    asked = {name: one for name, one in all_lists(filled.catalogue).items() if "days" in name}
    assert len(asked) == 8
    async with filled.database.connect() as connection:
        for listed in asked.values():
            plain = await listed.keys(connection, 0, 400)
            found = [key async for key in _pages(connection, listed)]
            assert found[:400] == plain


async def _pages(connection: AsyncConnection, listed: Listed) -> AsyncIterator[tuple[Any, ...]]:
    behind = None
    for _ in range(400 // ROWS + 1):
        query = listed.query(connection.dialect, behind)
        for row in await lists.read(connection, query):
            behind = (row.play_count, row.id)
            yield behind


async def _explained(connection: AsyncConnection, query: lists.Reading, how: str) -> Any:
    """Return what the database says of a query as it is sent, with what is bound in it."""
    compiled = query.rows.compile(dialect=connection.dialect)
    values = compiled.construct_params(query.values)
    bound = tuple(values[name] for name in compiled.positiontup or ())
    return await connection.exec_driver_sql(f"{how} {compiled}", bound)


async def _of_sqlite(
    connection: AsyncConnection, name: str, query: lists.Reading, *, is_deep: bool
) -> None:
    rows = await _explained(connection, query, "EXPLAIN QUERY PLAN")
    plan = [row.detail for row in rows]
    is_chart = "days" in name
    read = [line for line in plan if re.search(r"\b(tracks|track_tags|in_span)\b", line)]
    for line in read:
        is_whole_index = line == f"SCAN tracks USING INDEX {INDEX_OF.get(name)}"
        assert line.startswith("SEARCH") or (is_whole_index and not is_deep), (name, plan)
    if is_chart:
        spans = [line for line in read if "in_span" in line]
        assert 0 < len(spans) <= SPANS_MAX, (name, plan)
        for line in spans:
            assert "COVERING INDEX" in line
            assert not is_deep or "(play_count,id)<(?,?)" in line, (name, plan)
        assert plan.count("MERGE (UNION ALL)") == len(spans) - 1, (name, plan)
        return
    assert not any("TEMP B-TREE" in line for line in plan), (name, plan)
    assert INDEX_OF[name] in read[0], (name, plan)
    assert not is_deep or re.search(r"\(\w+,\w+\)[<>]\(\?,\?\)", read[0]), (name, plan)


async def _of_postgres(
    connection: AsyncConnection, name: str, query: lists.Reading, *, is_deep: bool
) -> None:
    row = await _explained(connection, query, "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)")
    told = row.scalar_one()
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    nodes = list(_nodes(plan))
    is_chart = "days" in name
    for node in nodes:
        of_tracks = node.get("Relation Name") in {"tracks", "track_tags"}
        assert not (of_tracks and "Index Name" not in node), (name, plan)
        assert not node.get("Rows Removed by Filter"), (name, plan)
        is_bounded = is_chart and node["Actual Rows"] <= SPANS_MAX * ROWS
        assert "Sort" not in node["Node Type"] or is_bounded, (name, plan)
    blocks = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    rows_max = ROWS + (SPANS_MAX if is_chart else 0)
    assert blocks <= rows_max * BLOCKS_OF_A_ROW, (name, blocks)
    if not is_chart:
        (first, *_) = [node for node in nodes if node.get("Index Name") == INDEX_OF[name]]
        assert not is_deep or "ROW(" in first["Index Cond"], (name, plan)


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from _nodes(each)
