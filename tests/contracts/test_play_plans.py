"""What a beacon asks of the marks of two days is answered from their indexes, however many."""

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from origin.companion.plays import rows
from origin.companion.plays.tables import play_marks
from tests.functional.api.plans import explained, noted

DAY = 20_833
LISTENERS = [(DAY, "a"), (DAY, "b"), (DAY + 1, "c")]


async def asked(connection: AsyncConnection) -> None:
    await rows.standing(connection, DAY, "l1", ["a", "b"])
    await rows.counts(connection, LISTENERS)
    await rows.forget_marks(connection, DAY, 100)
    await rows.days(connection, "x", DAY, DAY + 30)


@pytest.mark.parametrize("is_filled", [False, True])
async def test_each_question_is_answered_from_an_index(
    database: AsyncEngine, *, is_filled: bool
) -> None:
    if is_filled:
        marks = [
            {"day": DAY - 1, "ticket": f"t{each}", "listener": f"l{each}", "track_id": "x"}
            for each in range(100)
        ]
        async with database.begin() as connection:
            await connection.execute(insert(play_marks), marks)
    with noted(database) as statements:
        async with database.begin() as connection:
            await asked(connection)
    questions = [each for each in statements if each[0].startswith(("SELECT play", "DELETE"))]
    assert len(questions) == (5 if is_filled else 4)
    for statement, parameters in questions:
        plan = await explained(database, statement, parameters)
        whole = [line for line in plan if "SCAN play_" in line or "Seq Scan" in line]
        assert not whole, (statement, plan)
