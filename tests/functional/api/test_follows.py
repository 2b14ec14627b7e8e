"""Follows: who follows whom, and how many do."""

import asyncio

import pytest

from origin.companion.catalogue.follows import rows
from origin.companion.identity.principal import Role, Scope
from tests.functional.api.catalogue import artist
from tests.functional.api.service import Service, User


async def followed(service: Service, by: User, limit: int = 20) -> list[str]:
    handles: list[str] = []
    path: str | None = f"/v1/me/follows?limit={limit}"
    while path:
        page = await service.get(path, by)
        handles += [item["artist"]["handle"] for item in page["items"]]
        path = page["next"] and f"/v1/me/follows?limit={limit}&cursor={page['next']}"
    return handles


async def test_following_twice_is_following_once(service: Service) -> None:
    ann = await service.user()
    bob, eve = [await service.user(Role.LISTENER, number=number) for number in (1, 2)]
    made = {handle: await artist(service, ann, handle) for handle in ("one", "two", "three")}
    for by, handle in ((bob, "one"), (bob, "two"), (bob, "two"), (eve, "two"), (bob, "three")):
        path = f"/v1/me/follows/{made[handle]['id']}"
        assert (await service.ask("PUT", path, by)).status == 204
    for limit in (1, 20):
        assert await followed(service, bob, limit) == ["three", "two", "one"]
    assert await followed(service, eve) == ["two"]
    two = f"/v1/artists/{made['two']['id']}"
    assert (await service.get(two))["follower_count"] == 2
    for _ in range(2):
        path = f"/v1/me/follows/{made['two']['id']}"
        assert (await service.ask("DELETE", path, bob)).status == 204
    assert (await service.get(two))["follower_count"] == 1
    assert await followed(service, bob) == ["three", "one"]


async def test_those_who_follow_at_once_are_all_counted(service: Service) -> None:
    ann = await service.user()
    one = await artist(service, ann)
    users = [await service.user(Role.LISTENER, number=number) for number in range(1, 9)]
    path = f"/v1/me/follows/{one['id']}"
    answers = await asyncio.gather(
        *(service.ask("PUT", path, user) for user in users for _ in range(2))
    )
    assert {answer.status for answer in answers} == {204}
    assert (await service.get(f"/v1/artists/{one['id']}"))["follower_count"] == 8


async def test_who_may_follow_whom(service: Service) -> None:
    ann = await service.user()
    reader = await service.user(Role.LISTENER, frozenset({Scope.READ}), number=1)
    path = f"/v1/me/follows/{(await artist(service, ann))['id']}"
    for by, status in ((None, 401), (reader, 403), (ann, 204)):
        for method in ("PUT", "DELETE"):
            assert (await service.ask(method, path, by)).status == status
    assert (await service.ask("PUT", "/v1/me/follows/nobody", ann)).status == 404
    assert (await service.ask("DELETE", "/v1/me/follows/nobody", ann)).status == 204
    await service.get("/v1/me/follows", status=401)


@pytest.fixture
def _three_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "FOLLOWS_MAX", 3)


@pytest.mark.usefixtures("_three_at_most")
async def test_nobody_follows_without_end(service: Service) -> None:
    ann = await service.user()
    statuses = []
    artists = [await artist(service, ann, f"a-{number}") for number in range(4)]
    for one in artists:
        path = f"/v1/me/follows/{one['id']}"
        statuses.append((await service.ask("PUT", path, ann)).status)
        assert (await service.ask("PUT", path, ann)).status == statuses[-1]
    assert statuses == [204, 204, 204, 409]
    assert (await service.get(f"/v1/artists/{artists[-1]['id']}"))["follower_count"] == 0
