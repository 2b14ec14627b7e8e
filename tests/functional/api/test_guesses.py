"""Bad credentials cost no query once an address has spent what it may guess."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event, update

from origin.companion.access import Access, Budgets
from origin.companion.identity.session.cookie import NAME
from origin.companion.identity.tables import api_keys
from tests.functional.api.service import Service
from tests.minutes import early_in_a_minute

FEW = Access(budgets=Budgets(user_per_min=100, address_per_min=3))
CLIENT = {"X-Forwarded-For": "192.0.2.1"}
KEY = {"Authorization": f"Bearer sb_{'a' * 20}_{'b' * 50}"}
SESSION = {"Cookie": f"{NAME}={'c' * 50}"}

pytestmark = pytest.mark.parametrize("access", [FEW])


@contextmanager
def looked_up() -> Iterator[list[str]]:
    """Tell what is asked about credentials meanwhile."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if "FROM api_keys" in statement or "FROM sessions" in statement:
            asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("bad", [KEY, SESSION], ids=["key", "session"])
async def test_who_has_guessed_enough_costs_no_query(service: Service, bad: dict[str, str]) -> None:
    await early_in_a_minute()
    with looked_up() as asked:
        one_by_one = [await guess(service, bad) for _ in range(6)]
        at_once = await asyncio.gather(*(guess(service, bad) for _ in range(10)))
    assert one_by_one[3:] == [429] * 3
    assert set(at_once) == {429}
    assert len(asked) == 3


async def test_many_guesses_at_once_are_no_more(service: Service) -> None:
    await early_in_a_minute()
    with looked_up() as asked:
        statuses = await asyncio.gather(*(guess(service, KEY) for _ in range(20)))
    assert sorted(statuses) == [401] * 3 + [429] * 17
    assert len(asked) == 3


async def test_who_is_known_is_let_in_beside_who_guesses(service: Service) -> None:
    await early_in_a_minute()
    ann, bob = await service.user(), await service.user(number=1)
    assert await guess(service, ann.headers) == 200
    for _ in range(5):
        await guess(service, KEY)
    assert [await guess(service, ann.headers) for _ in range(5)] == [200] * 5
    assert await guess(service, bob.headers) == 429  # until the minute is over
    async with service.database.change() as connection:
        await connection.execute(update(api_keys).values(revoked_s=1.0))
    assert [await guess(service, ann.headers) for _ in range(2)] == [429, 429]
    with looked_up() as asked:
        await guess(service, ann.headers)
    assert not asked


async def test_good_credentials_are_not_guesses(service: Service) -> None:
    users = [await service.user(number=number) for number in range(6)]
    assert [await guess(service, user.headers) for user in users] == [200] * 6


async def guess(service: Service, shown: dict[str, str]) -> int:
    """Return what a request is answered with."""
    response = await service.ask("GET", "/v1/artists", headers={**CLIENT, **shown})
    return response.status
