"""Follows: who follows whom, and how many do."""

import asyncio

import pytest

from origin.companion.catalogue.follows import rows
from origin.companion.identity.principal import Role, Scope
from tests.functional.api.catalogue import Item, artist, titles, track, withdraw
from tests.functional.api.service import Service, User

pytestmark = pytest.mark.long_if("postgresql")


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


NEWS = "/v1/me/follows/tracks"


async def followed_artists(service: Service, ann: User, by: User, count: int) -> list[Item]:
    artists = [await artist(service, ann, f"a-{number}") for number in range(count)]
    for one in artists:
        await service.ask("PUT", f"/v1/me/follows/{one['id']}", by)
    return artists


async def test_what_those_published_whom_one_follows_comes_newest_first(service: Service) -> None:
    ann, bob = await service.user(), await service.user(Role.LISTENER, number=1)
    artists = await followed_artists(service, ann, bob, 3)
    other = await artist(service, ann, "other")
    made: list[str] = []
    for number in (0, 1, 1, 2, 1, 0, 0, 0):
        made.append(f"t{len(made)}")
        await track(service, ann, artists[number], made[-1])
    await track(service, ann, other, "by-another")
    await track(service, ann, artists[0], "unlisted", visibility="unlisted")
    newest = made[::-1]
    for limit in (1, 3, 20):
        assert await titles(service, f"{NEWS}?limit={limit}", bob) == newest
    await withdraw(service, "asset-t7")
    assert await titles(service, NEWS, bob) == newest[1:]
    await service.ask("DELETE", f"/v1/me/follows/{artists[1]['id']}", bob)
    assert await titles(service, NEWS, bob) == ["t6", "t5", "t3", "t0"]
    assert await titles(service, NEWS, ann) == []
    await service.get(NEWS, status=401)
    await service.get(f"{NEWS}?cursor=x", bob, status=404)


async def test_all_of_them_come_once_however_they_are_spread(service: Service) -> None:
    """More artists than a part has rows, so that each part is of some of them alone."""
    ann, bob = await service.user(), await service.user(Role.LISTENER, number=1)
    artists = await followed_artists(service, ann, bob, 30)
    spread = [*range(30), *[7] * 30, *range(29, -1, -3), 3, 7, 3]
    made = [f"t{number}" for number in range(len(spread))]
    for title, number in zip(made, spread, strict=True):
        await track(service, ann, artists[number], title)
    for limit in (1, 4, 50):
        assert await titles(service, f"{NEWS}?limit={limit}", bob) == made[::-1]
