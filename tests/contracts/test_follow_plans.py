"""What is new of those whom somebody follows is read from an index, a bounded part of it."""

import re

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.api.catalogue import NOW_S, fill
from origin.companion.catalogue.follows.newest import newest_tracks
from origin.companion.catalogue.tables import artists, follows, tracks
from tests.functional.api.plans import explained, noted

TRACKS = 12_000
ARTISTS = 300
ROWS = 30
INDEX = "ix_tracks_artist_id_listed_s_id"


async def test_what_is_new_is_read_from_an_index_at_any_depth(database: AsyncEngine) -> None:
    await fill(database, TRACKS, ARTISTS, seed=1)
    async with database.begin() as connection:
        followed = list(await connection.scalars(select(artists.c.id).order_by(artists.c.id)))[::2]
        user_id = await connection.scalar(select(artists.c.user_id).limit(1))
        each = [{"user_id": user_id, "artist_id": one, "created_s": NOW_S} for one in followed]
        await connection.execute(insert(follows), each)
        place = (tracks.c.listed_s, tracks.c.id)
        all_there = select(*place).where(
            tracks.c.artist_id.in_(followed), tracks.c.listed_s.is_not(None)
        )
        ordered = all_there.order_by(*(column.desc() for column in place))
        expected = [tuple(row) for row in await connection.execute(ordered)]
    assert len(expected) > TRACKS // 4
    for depth in (None, 20, len(expected) // 2, len(expected) - 10):
        behind = None if depth is None else expected[depth]
        start = 0 if depth is None else depth + 1
        with noted(database) as statements:
            async with database.connect() as connection:
                found, _ = await newest_tracks(connection, user_id or "", behind, ROWS)
        assert [(row.listed_s, row.id) for row in found] == expected[start : start + ROWS]
        questions = [each for each in statements if "SELECT" in each[0]]
        assert len(questions) == 2
        if database.dialect.name == "sqlite":
            plan = await explained(database, *questions[1])
            read = sum("theirs" in line for line in plan)
            assert plan.count("MERGE (UNION ALL)") == read - 1, plan
        for statement, parameters in questions:
            plan = await explained(database, statement, parameters)
            whole = [
                line for line in plan if re.search(r"Seq Scan|^SCAN (tracks|theirs|foll)", line)
            ]
            assert not whole, (statement, plan)
            assert any(INDEX in line for line in plan), (statement, plan)
            assert behind is None or _is_read_from_there(plan), (statement, plan)


def _is_read_from_there(plan: list[str]) -> bool:
    """Tell whether what is in front of the place is not passed over, one by one."""
    of_index = "\n".join(line for line in plan if "Index Cond" in line or INDEX in line)
    return "(listed_s,id)<(?,?)" in of_index or "ROW(listed_s, id) < ROW(" in of_index
