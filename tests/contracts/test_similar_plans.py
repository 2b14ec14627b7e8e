"""What is similar is found from indexes, a few rows of each, in a catalogue of any size."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.api.catalogue import NOW_S, fill
from origin.companion.catalogue.tables import tracks
from origin.companion.database import Database
from origin.companion.plays.tables import play_marks
from origin.companion.similar import rows
from origin.companion.similar.keeping import Keeper
from origin.companion.similar.tables import heard_together
from tests.functional.api.plans import explained, noted

TRACKS = 12_000
LISTENERS = 40
HEARD = 400
DAY = int(NOW_S // 86_400)
INDEXES = {
    "ix_heard_together_track_id_weight_other_id",
    "ix_play_marks_to_pair",
    "ix_similar_tracks_due_s",
    "ix_track_tags_tag_listed_s_track_id",
    "ix_tracks_artist_id_listed_s_id",
    "ix_tracks_genre_listed_s_id",
    "ix_tracks_genre_trending_id",
}


async def test_each_question_is_answered_from_an_index(database: AsyncEngine) -> None:
    await fill(database, TRACKS, 300, seed=1)
    async with database.begin() as connection:
        some = select(tracks.c.id).order_by(tracks.c.id).limit(HEARD)
        ids = list(await connection.scalars(some))
        await _pair_all(connection, ids)
        await _mark(connection, ids)
    keeping = Keeper(Database(database), "here", lambda: NOW_S)
    async with database.begin() as connection:
        await rows.let_be_due(connection, ids[:3], now_s=NOW_S)
    with noted(database) as statements:
        await keeping.pair()
        await keeping.make()
    plans = [
        (statement, await explained(database, statement, _one(parameters)))
        for statement, parameters in statements
        if statement.startswith(("SELECT", "UPDATE", "DELETE"))
    ]
    assert len(plans) > 30
    for statement, plan in plans:
        whole = [line for line in plan if _is_read_whole(line) or _is_sorted(line)]
        assert not whole, (statement, plan)
    said = "\n".join(line for _, plan in plans for line in plan)
    assert set(re.findall(r"\bix_\w+", said)) >= INDEXES


def _one(parameters: Any) -> Any:
    return parameters[0] if isinstance(parameters, list) else parameters


def _is_read_whole(line: str) -> bool:
    return "Seq Scan" in line or (line.startswith("SCAN") and "USING" not in line)


def _is_sorted(line: str) -> bool:
    return "TEMP B-TREE FOR ORDER BY" in line or re.search(r"^\s*(->\s*)?Sort\b", line) is not None


async def _pair_all(connection: Any, ids: Sequence[str]) -> None:
    """Let tracks have been heard together with each other, each with more than are kept."""
    for one in ids[:20]:
        pairs = [{"track_id": one, "other_id": each, "weight": 5.0} for each in ids]
        await connection.execute(insert(heard_together), pairs)


async def _mark(connection: Any, ids: Sequence[str]) -> None:
    marks = [
        {"day": DAY, "ticket": f"{listener}-{number}", "listener": f"l{listener}", "track_id": each}
        for listener in range(LISTENERS)
        for number, each in enumerate(ids[listener : listener + 20])
    ]
    await connection.execute(insert(play_marks), marks)
