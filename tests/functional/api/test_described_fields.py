"""The header fields that the document tells of, held against what the server does over a socket."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from aiohttp import ClientResponse

from origin.companion.api.endpoint import Endpoint
from origin.companion.identity.principal import Role
from origin.delivery.errors import ApiError
from origin.delivery.problem import answer, status_of
from tests.functional.api.described import Described
from tests.functional.api.endpoints_of import body_for, objects_of, path_for
from tests.functional.api.service import Service, User, over_sqlite_alone

OTHER: Final = '"no"'
PATIENCE: Final = {423, 503}


@pytest.fixture
async def described(service: Service) -> Described:
    return await Described.of(service)


def endpoints(service: Service) -> Iterator[Endpoint]:
    """Those that do not speak as others do: `test_tus_document` is about these."""
    yield from (each for each in service.companion.endpoints if each.protocol is None)


async def ask(
    service: Service,
    endpoint: Endpoint,
    by: User | None,
    ids: Mapping[str, str],
    fields: Mapping[str, str] | None = None,
) -> ClientResponse:
    """Send the least that an endpoint takes; a stream is left once it has begun."""
    takes_json = not endpoint.streams and not endpoint.takes_bytes and endpoint.method != "GET"
    body = (body_for(endpoint, ids) or None) if takes_json else None
    response = await service.ask(endpoint.method, path_for(endpoint, ids), by, body, fields)
    if response.content_type == "text/event-stream":
        response.close()
    return response


def parameters(described: Described, endpoint: Endpoint) -> set[str]:
    operation = described.document["paths"][endpoint.path][endpoint.method.lower()]
    return {each["name"] for each in operation["parameters"] if each["in"] == "header"}


@pytest.mark.long
@over_sqlite_alone
async def test_answers_have_what_is_described(service: Service, described: Described) -> None:
    admin, strange = await service.user(Role.ADMIN), User("", "sb_none_none")
    for endpoint in endpoints(service):
        ann = await service.user()
        ids = await objects_of(service, ann)
        fields = {"X-Request-Id": "theirs-1", "Idempotency-Key": "one"}
        for by in (None, strange, ann, ann, admin):
            if endpoint.name != "eraseMe" or by is not admin:
                described.hold(await ask(service, endpoint, by, ids, fields))
    given = {field for _, field in described.given}
    assert {"ETag", "Location", "RateLimit", "X-Request-Id", "Idempotency-Replayed"} <= given


@over_sqlite_alone
@pytest.mark.long
async def test_conditions_are_taken_where_they_are_described(
    service: Service, described: Described
) -> None:
    tried = 0
    for endpoint in endpoints(service):
        if endpoint.method == "POST":
            continue
        ann = await service.user()
        ids = await objects_of(service, ann)
        takes = parameters(described, endpoint)
        for field, value in (("If-Match", OTHER), ("If-None-Match", "*")):
            response = await ask(service, endpoint, ann, ids, {field: value})
            if response.status in {
                400,
                403,
                404,
            }:  # not a creator's, not there yet, or more is to be said
                continue
            is_held = response.status in {304, 412}
            assert is_held == (field in takes), (endpoint.name, field, response.status)
            described.hold(response)
            tried += is_held
    assert tried > 30


@over_sqlite_alone
async def test_streams_alone_take_the_id_of_an_event(
    service: Service, described: Described
) -> None:
    ann = await service.user()
    for endpoint in endpoints(service):
        if "Last-Event-ID" in parameters(described, endpoint):
            good, bad = [
                await ask(service, endpoint, ann, {}, {"Last-Event-ID": each})
                for each in ("7", "x")
            ]
            assert (good.status, bad.status) in {(200, 400), (200, 422), (404, 404)}
            assert endpoint.gives_types == ("text/event-stream",)
        else:
            assert "text/event-stream" not in endpoint.gives_types


def kinds(of: type[ApiError] = ApiError) -> Iterator[type[ApiError]]:
    yield of
    for each in of.__subclasses__():
        yield from kinds(each)


@pytest.mark.parametrize("kind", [each for each in kinds() if status_of(each) in PATIENCE])
def test_who_has_to_wait_is_told_how_long(kind: Any) -> None:
    assert int(answer(kind.__new__(kind)).headers["Retry-After"]) > 0
