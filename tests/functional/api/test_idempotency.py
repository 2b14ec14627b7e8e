"""``Idempotency-Key``: what is sent again is done once, whatever happens in the middle."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import pytest
from sqlalchemy import func, select

from origin.companion.alongside import Alongside, alongside
from origin.companion.api import idempotency
from origin.companion.api.idempotency import (
    LEASE_S,
    AnswerNotKept,
    Idempotency,
    IdempotencyKeyInUse,
    TooManyKeys,
)
from origin.companion.api.idempotency_rows import Asked
from origin.companion.api.said import Said
from origin.companion.catalogue.tables import artists
from origin.companion.identity.new_ids import new_random_id
from origin.companion.identity.sweeping import sweep_once
from origin.companion.identity.tables import idempotency_keys
from origin.companion.identity.users import change_user, find_user
from tests.functional.api.service import NOW_S, Service, User, over_sqlite_alone

PATH = "/v1/artists"
DRAFT = {"name": "Sigur Rós", "handle": "sigur-ros"}
KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
Work = Callable[[Alongside], Awaitable[Said]]


async def count(service: Service, table: Any) -> int:
    async with service.database.look_now() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def test_the_first_answer_is_said_again(service: Service) -> None:
    ann = await service.user()
    first = await service.ask("POST", PATH, ann, DRAFT, KEY)
    again = await service.ask("POST", PATH, ann, DRAFT, KEY)
    assert (first.status, again.status) == (201, 201)
    assert await again.json() == await first.json()
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert await count(service, artists) == 1


async def test_a_key_is_for_one_request_of_one_user(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    await service.ask("POST", PATH, ann, DRAFT, KEY)
    other = {**DRAFT, "name": "Another"}
    for path, said in ((PATH, other), ("/v1/me/keys", {"name": "a", "scopes": ["read"]})):
        response = await service.ask("POST", path, ann, said, KEY)
        assert (response.status, (await response.json())["code"]) == (422, "idempotency_key_reused")
    of_bob = await service.ask("POST", PATH, bob, {**other, "handle": "bob"}, KEY)
    assert of_bob.status == 201


async def test_many_at_once_are_done_once(service: Service) -> None:
    ann = await service.user()
    asked = (service.ask("POST", PATH, ann, DRAFT, KEY) for _ in range(8))
    responses = await asyncio.gather(*asked)
    assert {response.status for response in responses} <= {201, 409}
    codes = {(await each.json())["code"] for each in responses if each.status == 409}
    assert codes <= {"idempotency_key_in_use"}
    assert await count(service, artists) == 1


async def test_what_failed_may_be_tried_again(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    taken = await service.post(PATH, bob, DRAFT)
    assert (await service.ask("POST", PATH, ann, DRAFT, KEY)).status == 409
    assert (await service.ask("POST", PATH, ann, {"name": "x"}, KEY)).status == 422
    assert await count(service, idempotency_keys) == 0
    await service.ask("DELETE", f"{PATH}/{taken['id']}", bob)
    problem = await service.ask("POST", PATH, ann, DRAFT, KEY)
    assert (await problem.json())["code"] == "handle_taken"


async def test_a_secret_is_not_kept(service: Service) -> None:
    ann = await service.user()
    said = {"name": "script", "scopes": ["read"]}
    made = await service.ask("POST", "/v1/me/keys", ann, said, KEY)
    secret = (await made.json())["key"]
    again = await service.ask("POST", "/v1/me/keys", ann, said, KEY)
    assert (again.status, (await again.json())["code"]) == (409, "answer_not_kept")
    async with service.database.look_now() as connection:
        rows = str(list(await connection.execute(select(idempotency_keys))))
    assert secret not in rows
    assert KEY["Idempotency-Key"] not in rows


@over_sqlite_alone
@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256])
async def test_what_is_no_key(service: Service, key: str) -> None:
    response = await service.ask(
        "POST", PATH, await service.user(), DRAFT, {"Idempotency-Key": key}
    )
    assert (response.status, (await response.json())["code"]) == (400, "idempotency_key_invalid")


class Doing:
    """A request of a user, at times of a test's choice: it changes the user's name."""

    def __init__(self, service: Service, user: User) -> None:
        self.database = service.database
        self.user_id = user.id
        self.idempotency = Idempotency(service.database, new_random_id)

    def working(
        self, name: str, before: BaseException | None = None, after: BaseException | None = None
    ) -> Work:
        async def work(part: Alongside) -> Said:
            if before is not None:
                raise before
            with alongside(part):
                async with self.database.change() as connection:
                    await change_user(connection, self.user_id, name=name)
            if after is not None:
                raise after
            return Said(HTTPStatus.OK, {}, name.encode())

        return work

    async def once(self, work: Work, now_s: float = NOW_S) -> Said:
        asked = Asked(self.user_id, "key", "fingerprint")
        return await self.idempotency.once(asked, work, now_s=now_s, is_kept=True)

    async def name(self) -> str:
        async with self.database.look_now() as connection:
            found = await find_user(connection, self.user_id)
        assert found is not None
        return str(found.name)


async def test_who_dies_before_the_change_is_waited_for_and_replaced(service: Service) -> None:
    doing = Doing(service, await service.user())
    with pytest.raises(asyncio.CancelledError):
        await doing.once(doing.working("first", before=asyncio.CancelledError()))
    with pytest.raises(IdempotencyKeyInUse):
        await doing.once(doing.working("second"), NOW_S + LEASE_S - 1)
    said = await doing.once(doing.working("third"), NOW_S + LEASE_S)
    assert said.content == b"third"
    assert await doing.name() == "third"


async def test_who_dies_after_the_change_has_done_it(service: Service) -> None:
    doing = Doing(service, await service.user())
    with pytest.raises(asyncio.CancelledError):
        await doing.once(doing.working("first", after=asyncio.CancelledError()))
    with pytest.raises(AnswerNotKept):
        await doing.once(doing.working("second"), NOW_S + LEASE_S)
    assert await doing.name() == "first"


async def test_who_fails_after_the_change_has_done_it(service: Service) -> None:
    doing = Doing(service, await service.user())
    with pytest.raises(RuntimeError):
        await doing.once(doing.working("first", after=RuntimeError()))
    with pytest.raises(AnswerNotKept):
        await doing.once(doing.working("second"), NOW_S + 1)
    assert await doing.name() == "first"


async def test_who_is_overtaken_changes_nothing(service: Service) -> None:
    doing = Doing(service, await service.user())
    begun, overtaken = asyncio.Event(), asyncio.Event()

    async def slow(part: Alongside) -> Said:
        begun.set()
        await overtaken.wait()
        return await doing.working("slow")(part)

    first = asyncio.create_task(doing.once(slow))
    await begun.wait()
    await doing.once(doing.working("quick"), NOW_S + LEASE_S)
    overtaken.set()
    with pytest.raises(IdempotencyKeyInUse):
        await first
    assert await doing.name() == "quick"
    assert (await doing.once(doing.working("again"), NOW_S + LEASE_S)).content == b"quick"


async def test_a_key_is_good_again_after_a_day(service: Service) -> None:
    doing = Doing(service, await service.user())
    await doing.once(doing.working("first"))
    later = NOW_S + idempotency.KEPT_S
    assert (await doing.once(doing.working("again"), later - 1)).content == b"first"
    assert (await doing.once(doing.working("again"), later)).content == b"again"


async def test_a_long_answer_is_not_kept(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "CONTENT_BYTES_MAX", 3)
    doing = Doing(service, await service.user())
    assert (await doing.once(doing.working("long"))).content == b"long"
    with pytest.raises(AnswerNotKept):
        await doing.once(doing.working("again"), NOW_S + 1)


async def test_no_answer_is_forgotten_before_its_day_is_over(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "KEYS_MAX", 2)
    user = await service.user()
    doing = Doing(service, user)

    async def once(number: int, now_s: float) -> Said:
        asked = Asked(user.id, f"key {number}", "f")
        work = doing.working(f"at {now_s}")
        return await doing.idempotency.once(asked, work, now_s=now_s, is_kept=True)

    first = await once(0, NOW_S)
    await once(1, NOW_S + 1)
    with pytest.raises(TooManyKeys) as refused:
        await once(2, NOW_S + 2)
    assert refused.value.retry_after_s == idempotency.KEPT_S - 2
    await sweep_once(service.database, now_s=NOW_S + 3)
    assert (await once(0, NOW_S + 3)).content == first.content
    await once(2, NOW_S + idempotency.KEPT_S)
    await sweep_once(service.database, now_s=NOW_S + idempotency.KEPT_S)
    assert await count(service, idempotency_keys) == 2
