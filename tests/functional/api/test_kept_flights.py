"""Many who ask at once, and those who go away meanwhile: over an endpoint that a test holds up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest
from aiohttp.test_utils import make_mocked_request
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import Given, NoBody, NoQuery, Paged
from origin.companion.api.said import Said
from origin.companion.caching.answers import Answers
from origin.companion.caching.following import DOUBTED_S, KNOWN_S, Following
from origin.companion.caching.policy import Keeping
from origin.companion.caching.subjects import user
from origin.companion.catalogue import events
from origin.companion.database import Database
from origin.delivery.errors import ApiError, DatabaseUnavailable, NotFound
from tests.functional.api.service import Service

pytestmark = pytest.mark.parametrize("service", ["sqlite"], indirect=True)


class Number(Given):
    """What the endpoint says."""

    number: int


@dataclass
class Held:
    """An endpoint whose answers wait until they may go."""

    service: Service
    now_s: list[float] = field(default_factory=lambda: [0.0])
    calls: int = 0
    at_once: int = 0
    most_at_once: int = 0
    error: ApiError | None = None
    says: int | None = None
    may_go: asyncio.Event = field(default_factory=asyncio.Event)
    keeping: Keeping = field(default_factory=lambda: Keeping(lambda *_: [user("a")]))

    def __post_init__(self) -> None:
        self.following = Following(self.service.database, clock=lambda: self.now_s[0])
        self.answers = Answers(self.following, clock=lambda: self.now_s[0])
        self.endpoint = Endpoint(
            method="GET", path="/v1/numbers", name="getNumber", summary="", tag="",
            handle=self.handle, query=Paged, kept=self.keeping,
        )  # fmt: skip

    async def handle(self, _call: Call[NoQuery, NoBody]) -> Answer:
        self.calls += 1
        number = self.calls if self.says is None else self.says
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            async with self.service.database.look(None):
                await self.may_go.wait()
        finally:
            self.at_once -= 1
        if self.error is not None:
            raise self.error
        return Answer(Number(number=number))

    async def said(self, query: str = "") -> Said:
        request = make_mocked_request("GET", f"/v1/numbers{query}")
        return await self.answers.said(self.endpoint, self.keeping, request, 0.0)

    async def ask(self, query: str = "") -> str:
        return ((await self.said(query)).content or b"").decode()

    def asked(self, number: int, query: str = "") -> list[asyncio.Task[str]]:
        return [asyncio.create_task(self.ask(query)) for _ in range(number)]

    async def change(self) -> None:
        async with self.service.database.change() as connection:
            await events.tell(connection, "artist.changed", "a", "u", {}, now_s=0.0)
        await self.answers.told()


async def begun(held: Held, calls: int) -> None:
    async with asyncio.timeout(10):
        while held.calls < calls:  # noqa: ASYNC110 a number, which tells nobody
            await asyncio.sleep(0.001)


@pytest.fixture
async def held(service: Service) -> AsyncIterator[Held]:
    made = Held(service)
    await made.following.catch_up()
    yield made
    await made.answers.close()


async def test_many_at_once_are_one_read(held: Held) -> None:
    asked = held.asked(50)
    await begun(held, 1)
    held.may_go.set()
    assert set(await asyncio.gather(*asked)) == {'{"number":1}'}
    assert await held.ask() == '{"number":1}'
    assert held.calls == 1


async def test_who_goes_away_takes_nobody_with_him(held: Held) -> None:
    first, *others = held.asked(5)
    await begun(held, 1)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert first.cancelled()
    held.may_go.set()
    assert set(await asyncio.gather(*others)) == {'{"number":1}'}


async def test_what_was_begun_before_a_change_is_given_to_nobody_who_comes_after(
    held: Held,
) -> None:
    before = held.asked(2)
    await begun(held, 1)
    await held.change()
    after = held.asked(2)
    await begun(held, 2)
    held.may_go.set()
    assert set(await asyncio.gather(*before)) == {'{"number":1}'}
    assert set(await asyncio.gather(*after)) == {'{"number":2}'}
    assert await held.ask() == '{"number":2}'


async def test_an_error_is_everybody_s_and_is_not_kept(held: Held) -> None:
    held.error = NotFound("There is nothing.")
    asked = held.asked(3)
    await begun(held, 1)
    held.may_go.set()
    assert {type(one) for one in await asyncio.gather(*asked, return_exceptions=True)} == {NotFound}
    held.error = None
    assert await held.ask() == '{"number":2}'


async def test_what_is_stale_is_given_while_it_is_made_anew_once(held: Held) -> None:
    held.may_go.set()
    assert await held.ask() == '{"number":1}'
    held.may_go.clear()
    held.now_s[0] += held.keeping.fresh_s
    await held.following.catch_up()
    assert {await held.ask() for _ in range(5)} == {'{"number":1}'}
    await begun(held, 2)
    held.may_go.set()
    async with asyncio.timeout(10):
        while await held.ask() != '{"number":2}':  # noqa: ASYNC110 it is asked for
            await asyncio.sleep(0.001)
    assert held.calls == 2


@pytest.mark.parametrize("says", [1, 2])
async def test_what_is_made_anew_is_the_same_where_nothing_changed(held: Held, says: int) -> None:
    """So that whoever vouched for it on the hot path does so again."""
    held.may_go.set()
    held.says = 1
    first = await held.said()
    held.now_s[0] += held.keeping.fresh_s
    held.says = says
    await held.following.catch_up()
    assert await held.said() is first
    request = make_mocked_request("GET", "/v1/numbers")
    key = held.answers.key(held.endpoint, request)
    async with asyncio.timeout(10):
        while (made := held.answers.at_hand(key, held.keeping)) is None:  # noqa: ASYNC110 no one tells
            await asyncio.sleep(0.001)
    assert held.calls == 2
    assert (made is first) == (says == 1)


async def test_only_so_many_are_made_anew_at_once(held: Held) -> None:
    held.may_go.set()
    queries = [f"?limit={number}" for number in range(1, 21)]
    for query in queries:
        await held.ask(query)
    held.may_go.clear()
    held.most_at_once = 0
    held.now_s[0] += held.keeping.fresh_s
    await held.following.catch_up()
    for query in queries:
        await held.ask(query)
    await begun(held, 22)
    await asyncio.sleep(0.05)
    assert held.most_at_once == 2
    held.may_go.set()


async def test_what_was_changed_is_made_anew_also_while_much_is(held: Held) -> None:
    one = replace(held.endpoint, path="/v1/numbers/one", name="getOne", query=NoQuery)
    request = make_mocked_request("GET", one.path)
    held.may_go.set()
    await held.answers.said(one, held.keeping, request, 0.0)
    others = [f"?limit={limit}" for limit in range(1, 20)]
    for query in others:
        await held.ask(query)
    held.now_s[0] += held.keeping.fresh_s
    await held.following.catch_up()
    held.may_go.clear()
    for query in others:
        await held.ask(query)
    await asyncio.sleep(0.1)
    under_way = held.calls
    await held.change()
    held.answers.write_through(one, held.keeping, request, 0.0)
    await begun(held, under_way + 1)
    held.may_go.set()
    await held.answers.said(one, held.keeping, request, 0.0)
    assert held.calls == under_way + 1


async def test_what_cannot_be_made_anew_is_not_tried_at_once_again(held: Held) -> None:
    held.may_go.set()
    await held.ask()
    held.error = NotFound("There is nothing.")
    held.now_s[0] += held.keeping.fresh_s
    await held.following.catch_up()
    for _ in range(20):
        assert await held.ask() == '{"number":1}'
        await asyncio.sleep(0.01)
    assert held.calls == 2
    held.now_s[0] += held.keeping.kept_s
    await held.following.catch_up()
    with pytest.raises(NotFound):
        await held.ask()


@pytest.mark.parametrize("hangs", [False, True])
async def test_without_its_database_what_is_known_counts_for_some_seconds(
    held: Held, monkeypatch: pytest.MonkeyPatch, *, hangs: bool
) -> None:
    held.may_go.set()
    await held.ask()
    away = _Away(held.service.database, hangs=hangs)
    monkeypatch.setattr(held.following, "_database", away)
    loop = asyncio.get_running_loop()
    for now_s, calls in ((KNOWN_S, 1), (KNOWN_S + 0.5, 1), (DOUBTED_S, 1), (DOUBTED_S + 0.1, 2)):
        held.now_s[0] = now_s
        begun_s = loop.time()
        await held.ask()
        assert loop.time() - begun_s < 1.0
        assert held.calls == calls, now_s
    away.may_go.set()
    await held.following.catch_up()


class _Away(Database):
    """A database that nobody can look at."""

    def __init__(self, real: Database, *, hangs: bool) -> None:
        super().__init__(real.primary)
        self.may_go = asyncio.Event()
        if not hangs:
            self.may_go.set()

    @asynccontextmanager
    async def look_now(self) -> AsyncIterator[AsyncConnection]:
        await self.may_go.wait()
        if self.may_go.is_set():
            raise DatabaseUnavailable
        async with super().look_now() as connection:
            yield connection


async def test_what_is_under_way_ends_with_the_process(held: Held) -> None:
    asked = held.asked(3)
    await begun(held, 1)
    await held.answers.close()
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, asyncio.CancelledError) for one in done)
    assert held.at_once == 0
