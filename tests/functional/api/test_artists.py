"""Artists: made, listed, changed and taken away by whom they belong to."""

import asyncio

import pytest

from origin.companion.identity.principal import Role, Scope
from tests.functional.api.service import Service, over_sqlite_alone

DRAFT = {"name": "Sigur Rós", "handle": "sigur-ros", "description": "Post-rock."}


async def test_an_artist_is_what_was_said(service: Service) -> None:
    ann = await service.user()
    made = await service.post("/v1/artists", ann, DRAFT)
    assert {key: made[key] for key in DRAFT} == DRAFT
    assert await service.get(f"/v1/artists/{made['id']}") == made
    assert (await service.get("/v1/artists"))["items"] == [made]


async def test_a_list_goes_on_where_it_ended(service: Service) -> None:
    ann = await service.user()
    for number in range(5):
        await service.post("/v1/artists", ann, {"name": f"A {number}", "handle": f"a-{number}"})
    names, path = [], "/v1/artists?limit=2"
    while path:
        page = await service.get(path)
        names += [item["name"] for item in page["items"]]
        path = page["next"] and f"/v1/artists?limit=2&cursor={page['next']}"
    assert names == ["A 4", "A 3", "A 2", "A 1", "A 0"]


async def test_a_handle_is_one_artists(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    await service.post("/v1/artists", ann, DRAFT)
    problem = await service.post("/v1/artists", bob, DRAFT, 409)
    assert problem["code"] == "handle_taken"


@over_sqlite_alone
@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"name": "A"}, "#/handle"),
        ({**DRAFT, "name": ""}, "#/name"),
        ({**DRAFT, "name": "a\0b"}, "#/name"),
        ({**DRAFT, "name": "a\u202eb"}, "#/name"),
        ({**DRAFT, "name": 7}, "#/name"),
        ({**DRAFT, "handle": "No Handle"}, "#/handle"),
        ({**DRAFT, "user_id": "somebody"}, "#/user_id"),
        ({**DRAFT, "id": "mine"}, "#/id"),
    ],
)
async def test_what_cannot_be_said(service: Service, said: object, pointer: str) -> None:
    problem = await service.post("/v1/artists", await service.user(), said, 422)
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


@over_sqlite_alone
async def test_what_is_wrong_with_a_field_is_said_once(service: Service) -> None:
    ann = await service.user()
    draft = {"name": "", "handle": "No Handle"}
    for problem, wrong in (
        (await service.post("/v1/artists", ann, draft, 422), 2),
        (await service.get("/v1/tracks?limit=0&order=x", status=400), 2),
    ):
        assert len(problem["errors"]) == wrong
        for each in problem["errors"]:
            assert each["detail"] not in problem["detail"]
    short, _ = (await service.post("/v1/artists", ann, draft, 422))["errors"]
    assert short["detail"] == "it should have at least 1 character"


async def test_only_who_may_changes_anything(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    path = f"/v1/artists/{(await service.post('/v1/artists', ann, DRAFT))['id']}"
    change = {"name": "Jónsi"}
    reader = await service.user(scopes=frozenset({Scope.READ}), number=2)
    listener = await service.user(Role.LISTENER, number=3)
    for by, status in ((None, 401), (bob, 403), (reader, 403), (listener, 403), (ann, 200)):
        response = await service.ask("PATCH", path, by, change)
        assert response.status == status
        assert response.headers["Cache-Control"] in {"private, no-store", "no-store"}
    admin = await service.user(Role.ADMIN, number=4)
    assert (await service.ask("DELETE", path, admin)).status == 204
    await service.get(path, status=404)


async def test_nobody_overwrites_what_they_have_not_seen(service: Service) -> None:
    ann = await service.user()
    path = f"/v1/artists/{(await service.post('/v1/artists', ann, DRAFT))['id']}"
    seen = (await service.ask("GET", path, ann, headers={"Accept-Encoding": "gzip"})).headers
    changes = [
        service.ask("PATCH", path, ann, {"name": name}, {"If-Match": seen["ETag"]})
        for name in ("One", "Two")
    ]
    statuses = [response.status for response in await asyncio.gather(*changes)]
    assert sorted(statuses) == [200, 412]


async def test_what_is_public_is_cached_and_what_somebody_asks_for_is_not(service: Service) -> None:
    ann = await service.user()
    await service.post("/v1/artists", ann, DRAFT)
    public = (await service.ask("GET", "/v1/artists")).headers
    assert public["Cache-Control"] == "public, max-age=0, s-maxage=30, stale-while-revalidate=60"
    assert {"Accept-Encoding", "Authorization", "Cookie"} == set(public["Vary"].split(", "))
    assert (await service.ask("GET", "/v1/artists", ann)).headers["Cache-Control"] == (
        "private, no-store"
    )
    again = await service.ask("GET", "/v1/artists", headers={"If-None-Match": public["ETag"]})
    assert again.status == 304


@over_sqlite_alone
async def test_what_is_public_is_purged_by_what_its_address_names(service: Service) -> None:
    ann = await service.user()
    path = f"/v1/artists/{(await service.post('/v1/artists', ann, DRAFT))['id']}"
    named = path.rsplit("/", 1)[-1]
    for method in ("GET", "HEAD"):
        headers = (await service.ask(method, path)).headers
        assert headers["Cache-Tag"] == f"class-public-api,artist-{named}"
        assert headers["Surrogate-Key"] == f"class-public-api artist-{named}"
    listed = (await service.ask("GET", "/v1/artists")).headers
    assert listed["Cache-Tag"] == "class-public-api"
    own = (await service.ask("GET", path, ann)).headers
    assert named not in own.get("Cache-Tag", "")


@over_sqlite_alone
@pytest.mark.parametrize("key", ["", "sb_a_b", "nonsense", "sb_" + "a" * 20 + "_" + "b" * 40, "é"])
async def test_a_key_that_is_none(service: Service, key: str) -> None:
    response = await service.ask("GET", "/v1/artists", headers={"Authorization": f"Bearer {key}"})
    assert response.status == 401
    assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
