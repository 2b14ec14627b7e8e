"""API keys: made, rotated and revoked by whom they belong to, and never good for more."""

from typing import Any

import pytest
from sqlalchemy import select, update

from origin.companion.composition import Companion
from origin.companion.identity.keys import newest_keys_query
from origin.companion.identity.principal import Means, Principal, Role, Scope
from origin.companion.identity.tables import api_keys
from tests.functional.api.service import NOW_S, Service, User, over_sqlite_alone

PATH = "/v1/me/keys"
DRAFT = {"name": "My script", "scopes": ["read", "upload"]}


def with_key(key: str) -> User:
    return User("", key)


async def test_a_key_is_shown_once_and_good_for_what_was_said(service: Service) -> None:
    ann = await service.user()
    made = await service.post(PATH, ann, DRAFT)
    assert made["key"].startswith(f"sb_{made['id']}_")
    listed = (await service.get(PATH, ann))["items"]
    assert {item["name"] for item in listed} == {"My script", "test"}
    assert all("key" not in item for item in listed)
    me = await service.get("/v1/me", with_key(made["key"]))
    assert (me["id"], me["role"], me["scopes"]) == (ann.id, "creator", ["read", "upload"])
    refused = await service.get(PATH, with_key(made["key"]), 403)
    assert refused["detail"] == "What you show is not good for `account`; make a key that is."


async def test_no_secret_is_in_the_database(service: Service) -> None:
    made = await service.post(PATH, await service.user(), DRAFT)
    async with service.database.look_now() as connection:
        rows = [str(row) for row in await connection.execute(select(api_keys))]
    secret = made["key"].rpartition("_")[2]
    assert not any(secret in row for row in rows)


async def test_a_rotated_key_has_two_secrets_for_a_while(service: Service) -> None:
    ann = await service.user()
    first = await service.post(PATH, ann, DRAFT)
    rotate = f"{PATH}/{first['id']}/rotate"
    second = await service.post(rotate, ann, {"overlap_s": 3600}, 200)
    assert second["id"] == first["id"]
    assert second["old_secret_expires_at"] is not None
    for key in (first["key"], second["key"]):
        await service.get("/v1/me", with_key(key))
    third = await service.post(rotate, ann, {"overlap_s": 0}, 200)
    for key, status in ((first, 401), (second, 401), (third, 200)):
        await service.get("/v1/me", with_key(key["key"]), status)


async def test_what_was_revoked_or_is_over_is_good_no_more(service: Service) -> None:
    ann = await service.user()
    made = [await service.post(PATH, ann, {**DRAFT, "expires_in_s": 3600}) for _ in range(2)]
    assert (await service.ask("DELETE", f"{PATH}/{made[0]['id']}", ann)).status == 204
    assert (await service.ask("DELETE", f"{PATH}/{made[0]['id']}", ann)).status == 404
    await service.get("/v1/me", with_key(made[0]["key"]), 401)
    await service.get("/v1/me", with_key(made[1]["key"]))
    async with service.database.change() as connection:
        await connection.execute(update(api_keys).values(expires_s=NOW_S - 1e9))
    await service.get("/v1/me", with_key(made[1]["key"]), 401)


async def test_a_key_makes_none_that_is_more(service: Service) -> None:
    ann = await service.user()
    strong = await service.post(PATH, ann, {"name": "strong", "scopes": ["read", "catalogue"]})
    draft: dict[str, Any] = {"name": "weak", "scopes": ["account"], "expires_in_s": 3600}
    weak = with_key((await service.post(PATH, ann, draft))["key"])
    for said in (
        {"name": "a", "scopes": ["account", "catalogue"], "expires_in_s": 60},
        {"name": "a", "scopes": ["account"]},
        {"name": "a", "scopes": ["account"], "expires_in_s": 7200},
    ):
        assert (await service.post(PATH, weak, said, 403))["code"] == "forbidden"
    await service.post(f"{PATH}/{strong['id']}/rotate", weak, {}, 403)
    await service.post(PATH, weak, {"name": "a", "scopes": ["account"], "expires_in_s": 60})


async def test_keys_are_ones_own(service: Service) -> None:
    ann, admin = await service.user(), await service.user(Role.ADMIN, number=1)
    one = f"{PATH}/{(await service.post(PATH, ann, DRAFT))['id']}"
    assert (await service.ask("DELETE", one, admin)).status == 404
    await service.post(f"{one}/rotate", admin, {}, 404)


@over_sqlite_alone
@pytest.mark.parametrize(
    "said",
    [
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["everything"]},
        {"name": "a", "scopes": ["read"], "expires_in_s": 1},
        {"name": "a", "scopes": ["read"], "user_id": "somebody"},
        {"name": "", "scopes": ["read"]},
    ],
)
async def test_what_no_key_is(service: Service, said: object) -> None:
    await service.post(PATH, await service.user(), said, 422)


async def test_there_are_only_so_many(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("origin.companion.identity.api_keys.endpoints.KEYS_MAX", 2)
    ann = await service.user()
    await service.post(PATH, ann, DRAFT)
    assert (await service.post(PATH, ann, DRAFT, 409))["code"] == "too_many_keys"


async def test_uses_are_written_later_and_never_turned_back(
    service: Service, companion: Companion
) -> None:
    ann = await service.user(scopes=frozenset({Scope.ACCOUNT}))
    key = (await service.get(PATH, ann))["items"][0]
    assert key["used_at"] is None
    await companion.uses.write()
    used = (await service.get(PATH, ann))["items"][0]["used_at"]
    assert used is not None
    long_ago = Principal(ann.id, Role.CREATOR, frozenset(), Means.KEY, key["id"])
    companion.uses.note(long_ago, now_s=1.0)
    await companion.uses.write()
    assert (await service.get(PATH, ann))["items"][0]["used_at"] >= used


async def test_keys_are_listed_by_an_index(service: Service) -> None:
    query = newest_keys_query("x", (NOW_S, "y"), 21, now_s=NOW_S)
    assert "ix_api_keys_user_id_created_s_id" in await service.plan(query)


@over_sqlite_alone
async def test_lists_of_ones_own_are_compressed_and_secrets_are_not(service: Service) -> None:
    ann = await service.user()
    asked = {"Accept-Encoding": "gzip"}
    draft = {**DRAFT, "name": "a" * 200}
    made = await service.ask("POST", PATH, ann, draft, asked)
    assert len(await made.read()) > 200
    assert "Content-Encoding" not in made.headers
    listed = await service.ask("GET", PATH, ann, headers=asked)
    assert listed.headers["Content-Encoding"] == "gzip"
    assert listed.headers["Cache-Control"] == "private, no-store"
    assert {"Accept-Encoding", "Authorization"} < set(listed.headers["Vary"].split(", "))
    assert {each["name"] for each in (await listed.json())["items"]} == {"test", "a" * 200}
    again = await service.ask(
        "GET", PATH, ann, headers={**asked, "If-None-Match": listed.headers["ETag"]}
    )
    assert again.status == 304


def test_only_a_post_gives_a_secret(companion: Companion) -> None:
    """What a GET gives is compressed (``cdn.policy``)."""
    secret = [each for each in companion.endpoints if each.gives_secret]
    assert {each.method for each in secret} == {"POST"}
