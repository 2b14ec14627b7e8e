"""Conditions on what is changed (RFC 9110 §13.1.1-2), and who may keep what is said of errors."""

import pytest

from origin.companion.identity.principal import Scope
from tests.functional.api.catalogue import artist, track
from tests.functional.api.service import Service, User, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")

NOT_STORED = "private, no-store"
KEY_DRAFT = {"name": "Changes", "scopes": [Scope.CATALOGUE]}


async def made(service: Service, kind: str) -> tuple[str, dict[str, str]]:
    """Make something; return its path, and what its maker shows."""
    ann = await service.user()
    match kind:
        case "artist":
            found = await service.post("/v1/artists", ann, {"name": "Ann", "handle": "ann"})
            return f"/v1/artists/{found['id']}", ann.headers
        case "webhook":
            draft = {"url": "https://example.org/", "kinds": ["*"]}
            found = await service.post("/v1/webhooks", ann, draft)
            return f"/v1/webhooks/{found['id']}", ann.headers
        case _:
            return "/v1/me", ann.headers


@pytest.mark.parametrize("kind", ["artist", "webhook", "me"])
@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
@pytest.mark.parametrize(
    "condition",
    [
        {"If-None-Match": "*"},
        {"If-None-Match": "{etag}"},
        {"If-None-Match": 'W/"x", W/{etag}'},
        {"If-Match": '"no"'},
        {"If-Match": "W/{etag}"},
    ],
    ids=str,
)
async def test_nothing_is_changed_against_a_condition(
    service: Service, kind: str, method: str, condition: dict[str, str]
) -> None:
    path, shown = await made(service, kind)
    before = await service.client.get(path, headers=shown)
    etag = before.headers["ETag"]
    fields = {name: value.replace("{etag}", etag) for name, value in condition.items()}
    fields = {name: value.replace("W/W/", "W/") for name, value in fields.items()}
    body = {"name": "Other"} if method == "PATCH" and kind != "webhook" else None
    answer = await service.client.request(method, path, json=body or {}, headers=shown | fields)
    assert answer.status == 412, await answer.text()
    after = await service.client.get(path, headers=shown)
    assert (after.status, after.headers["ETag"]) == (200, etag)


@pytest.mark.parametrize("kind", ["artist", "webhook", "me"])
@pytest.mark.parametrize(
    "condition", [{"If-Match": "*"}, {"If-Match": '"x", {etag}'}, {"If-None-Match": '"x"'}], ids=str
)
async def test_what_fits_its_condition_is_done(
    service: Service, kind: str, condition: dict[str, str]
) -> None:
    path, shown = await made(service, kind)
    etag = (await service.client.get(path, headers=shown)).headers["ETag"]
    fields = {name: value.replace("{etag}", etag) for name, value in condition.items()}
    body = {"name": "Ann"} if kind == "me" else {}
    answer = await service.client.patch(path, json=body, headers=shown | fields)
    assert answer.status == 200, await answer.text()


@pytest.mark.parametrize("kind", ["track", "album"])
async def test_a_key_that_may_not_read_changes_what_is_private_as_it_was_seen(
    service: Service, kind: str
) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    here = await artist(service, ann)
    if kind == "track":
        made = await track(service, ann, here, "Ours", visibility="private")
    else:
        draft = {"artist_id": here["id"], "title": "Ours", "visibility": "private"}
        made = await service.post("/v1/albums", ann, draft)
    path = f"/v1/{kind}s/{made['id']}"
    seen = (await service.ask("GET", path, ann)).headers["ETag"]
    changer, stranger = [
        User("", (await service.post("/v1/me/keys", by, KEY_DRAFT))["key"]) for by in (ann, bob)
    ]
    await service.get(path, changer, 404)
    for by, etag, status in (
        (stranger, seen, 404),
        (changer, '"no"', 412),
        (changer, seen, 200),
        (changer, seen, 412),
    ):
        answer = await service.ask("PATCH", path, by, {"title": "Mine"}, {"If-Match": etag})
        assert answer.status == status, await answer.text()


@over_sqlite_alone
async def test_errors_of_the_api_are_kept_for_nobody_else(service: Service) -> None:
    """A private track is not there for others: a CDN that kept that hid it from its owner."""
    ann = await service.user()
    for shown in (ann.headers, {"Cookie": "session=x"}, {"Authorization": "Bearer sb_x"}):
        for path in ("/v1/tracks/0123456789abcdefghjk", "/v1/nothing", "/v1/me"):
            answer = await service.client.get(path, headers=shown)
            if answer.status == 200:
                continue
            assert answer.headers["Cache-Control"] in {NOT_STORED, "no-store"}, (path, shown)
            assert "max-age" not in str(answer.headers.get("CDN-Cache-Control"))
    anonymous = await service.client.get("/v1/tracks/0123456789abcdefghjk")
    assert anonymous.headers["Cache-Control"] == "max-age=5"
    assert {"Authorization", "Cookie"} <= set(anonymous.headers["Vary"].split(", "))


@over_sqlite_alone
@pytest.mark.parametrize("path", ["/v1/me/export", "/v1/assets/events", "/v1/me"])
async def test_what_can_be_got_can_be_asked_about(service: Service, path: str) -> None:
    """RFC 9110 §9.1: GET and HEAD are always there; a stream of events has no end to wait for."""
    ann = await service.user()
    answer = await service.client.head(path, headers=ann.headers)
    assert answer.status == 200
    assert await answer.read() == b""
    assert answer.headers["Cache-Control"] == NOT_STORED
    assert (await service.client.head(path)).status == 401
