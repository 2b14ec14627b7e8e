"""Every endpoint, tried by a stranger and as every role, with one's own objects and others'.

What is tried comes from the endpoints themselves, so one that is new is tried, too.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest
from aiohttp import ClientResponse

from origin.companion.api.endpoint import Endpoint
from origin.companion.api.models import NoBody
from origin.companion.identity.forgery import changes_things
from origin.companion.identity.principal import ALL_SCOPES, Role, Scope
from origin.companion.uploads.tus import fields
from tests.functional.api.endpoints_of import body_for, id_name, objects_of, path_for
from tests.functional.api.service import Service, User, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")

MINE_TO_SET = frozenset(
    {
        "id", "user_id", "owner_id", "role", "scopes", "version", "created_s", "created_at",
        "deleted_s", "play_count", "trending", "follower_count", "listed_s", "published_s",
        "playback_id", "state", "status", "secret", "digest", "__class__", "",
    }
)  # fmt: skip
"""What no body sets, unless it says so: columns, and what answers have."""

PROTOCOL = {fields.RESUMABLE: fields.VERSION}
"""Without it, nothing of tus is looked at, whoever asks."""


async def ask(
    service: Service, endpoint: Endpoint, by: User | None, ids: dict[str, str]
) -> ClientResponse:
    body = None if endpoint.streams or endpoint.method == "GET" else body_for(endpoint, ids)
    if body == {}:
        body = None
    return await service.ask(endpoint.method, path_for(endpoint, ids), by, body, PROTOCOL)


def is_said(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def protected(endpoints: Iterable[Endpoint]) -> list[Endpoint]:
    return [each for each in endpoints if each.who.role is not None]


async def test_strangers_and_bad_credentials_get_nothing(service: Service) -> None:
    ids = await objects_of(service, await service.user())
    for endpoint in protected(service.companion.endpoints):
        for by in (None, User("", "sb_none_none"), User("", "eyJhbGciOiJub25lIn0.e30.")):
            response = await ask(service, endpoint, by, ids)
            assert response.status == 401, is_said(endpoint)
            assert response.headers["WWW-Authenticate"].startswith("Bearer")


async def test_lesser_roles_get_nothing(service: Service) -> None:
    ids = await objects_of(service, await service.user())
    users = {role: await service.user(role, number=role) for role in Role}
    for endpoint in protected(service.companion.endpoints):
        for role, user in users.items():
            if endpoint.who.role is not None and role < endpoint.who.role:
                response = await ask(service, endpoint, user, ids)
                assert response.status == 403, (is_said(endpoint), role)


async def test_keys_without_the_scope_get_nothing(service: Service) -> None:
    ids = await objects_of(service, await service.user())
    for number, scope in enumerate(Scope, 1):
        admin = await service.user(Role.ADMIN, ALL_SCOPES - {scope}, number=number)
        for endpoint in protected(service.companion.endpoints):
            if endpoint.who.scope is scope:
                response = await ask(service, endpoint, admin, ids)
                assert response.status == 403, (is_said(endpoint), scope)


async def everything(service: Service, user: User, ids: dict[str, str]) -> list[Any]:
    """Return what a user sees of objects."""
    seen = []
    for endpoint in service.companion.endpoints:
        if endpoint.method == "GET" and "{" in endpoint.path and not endpoint.streams:
            response = await ask(service, endpoint, user, ids)
            seen.append((endpoint.name, response.status, await response.text()))
    return seen


def is_about_others(endpoint: Endpoint, endpoints: Sequence[Endpoint]) -> bool:
    """Whether it changes what is mine, under `/v1/me`, by the name of what may be anybody's.

    Such is whom I follow. What is made under `/v1/me`, as keys are, is nobody else's to name.
    """
    makers = [each for each in endpoints if each.method == "POST" and is_mine(each)]
    made_there = {id_name(maker, endpoints) for maker in makers}
    return is_mine(endpoint) and not made_there & set(body_ids(endpoint))


def is_mine(endpoint: Endpoint) -> bool:
    return endpoint.path.startswith("/v1/me/")


async def test_other_peoples_objects_stay_as_they_are(service: Service) -> None:
    ann = await service.user()
    ids = await objects_of(service, ann)
    assert ids, "nothing was made"
    before = await everything(service, ann, ids)
    others = [await service.user(role, number=role) for role in (Role.LISTENER, Role.CREATOR)]
    for endpoint in protected(service.companion.endpoints):
        if "{" not in endpoint.path or not changes_things(endpoint.method):
            continue
        for other in others:
            response = await ask(service, endpoint, other, ids)
            if is_about_others(endpoint, service.companion.endpoints):
                assert response.status == endpoint.status, (is_said(endpoint), response.status)
            else:
                assert response.status in {403, 404}, (is_said(endpoint), response.status)
    assert await everything(service, ann, ids) == before


async def test_what_is_ones_own_is_open_to_its_owner(service: Service) -> None:
    for endpoint in protected(service.companion.endpoints):
        ann = await service.user()
        ids = await objects_of(service, ann)
        if not ids.keys() >= set(body_ids(endpoint)):
            continue
        if endpoint.who.role is Role.ADMIN:
            continue
        response = await ask(service, endpoint, ann, ids)
        assert response.status not in {401, 403}, (is_said(endpoint), await response.text())
        assert response.status < 500, is_said(endpoint)


def body_ids(endpoint: Endpoint) -> list[str]:
    return [part[1:-1] for part in endpoint.path.split("/") if part.startswith("{")]


@over_sqlite_alone
async def test_nothing_is_set_that_was_not_meant(service: Service) -> None:
    ann = await service.user()
    ids = await objects_of(service, ann)
    before = await everything(service, ann, ids)
    tried = 0
    for endpoint in protected(service.companion.endpoints):
        if endpoint.body is NoBody or endpoint.who.role is Role.ADMIN:
            continue
        for name in MINE_TO_SET.difference(endpoint.body.model_fields):
            body = {**body_for(endpoint, ids), name: 7}
            response = await service.ask(endpoint.method, path_for(endpoint, ids), ann, body)
            assert response.status == 422, (is_said(endpoint), name)
            assert [each["pointer"] for each in (await response.json())["errors"]] == [f"#/{name}"]
            tried += 1
    assert tried > 100
    assert await everything(service, ann, ids) == before
