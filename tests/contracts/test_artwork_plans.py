"""Pictures are found by their track, their user, or when they are to go: all from indexes."""

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from origin.companion.artwork import lifecycle
from origin.companion.artwork.collecting import to_go
from origin.companion.catalogue.tables import artists, tracks
from origin.companion.identity.principal import Role
from origin.companion.identity.tables import users
from tests.functional.api.plans import explained, noted

NOW_S = 1_800_000_000.0
ANN = {"id": "ann", "name": "Ann", "role": Role.CREATOR, "created_s": 0.0}
OF = {"id": "of", "user_id": "ann", "name": "A", "handle": "a", "description": ""}
TIMES = {"created_s": 0.0, "updated_s": 0.0, "version": 1}
SONG = {
    "id": "song", "user_id": "ann", "artist_id": "of", "title": "S", "description": "",
    "explicit": False, "visibility": "private", "play_count": 0,
}  # fmt: skip


async def test_each_question_is_answered_from_an_index(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        await connection.execute(insert(users).values(ANN))
        await connection.execute(insert(artists).values(OF | TIMES))
        await connection.execute(insert(tracks).values(SONG | TIMES))
    with noted(database) as statements:
        async with database.begin() as connection:
            await lifecycle.begin(connection, "art", "song", "ann", now_s=NOW_S)
            assert await lifecycle.show(connection, "art", "song", now_s=NOW_S)
            await connection.execute(to_go(NOW_S, 10))
    questions = [each for each in statements if each[0].startswith(("SELECT", "UPDATE"))]
    assert len(questions) == 4
    for statement, parameters in questions:
        plan = await explained(database, statement, parameters)
        whole = [line for line in plan if "SCAN artworks" in line or "Seq Scan" in line]
        assert not whole, (statement, plan)
        assert not any("TEMP B-TREE" in line or "Sort" in line for line in plan), (statement, plan)
