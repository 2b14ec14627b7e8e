"""A user's own account: name, deeds, all that is theirs, and its end."""

import asyncio
import json

import pytest
from sqlalchemy import func, select, update

from origin.companion.assets.tables import owned_assets
from origin.companion.catalogue.tables import artists, events, follows, track_tags, tracks
from origin.companion.identity.account import belongings as identity_belongings
from origin.companion.identity.principal import Role, Scope
from origin.companion.identity.secret import digest_of
from origin.companion.identity.tables import api_keys, audit, sessions, users
from origin.companion.uploads.tables import uploads
from origin.companion.webhooks.tables import webhooks
from origin.companion.working import work_in_queue
from origin.packaging_job import KIND as PACKAGE
from packager.queue.tables import jobs
from tests.functional.api.catalogue import track
from tests.functional.api.sending import SOUND, put
from tests.functional.api.service import Service, User

HOOK = {"url": "https://example.com/secret", "kinds": ["asset.ready"]}
DRAFT = {"name": "Sigur Rós", "handle": "sigur-ros", "description": "Post-rock."}


async def test_a_name_is_changed_as_it_was_seen(service: Service) -> None:
    ann = await service.user()
    seen = await service.ask("GET", "/v1/me", ann)
    match = {"If-Match": seen.headers["ETag"]}
    changed = await service.ask("PATCH", "/v1/me", ann, {"name": "Ann B"}, match)
    assert (await changed.json())["name"] == "Ann B"
    assert (await service.ask("PATCH", "/v1/me", ann, {"name": "C"}, match)).status == 412
    for said in ({"name": ""}, {"name": "a", "role": "admin"}, {"role": "admin"}, {}):
        assert (await service.ask("PATCH", "/v1/me", ann, said)).status == 422


async def test_deeds_are_told_with_what_was_done(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    made = await service.post("/v1/artists", ann, DRAFT)
    await service.post("/v1/artists", ann, DRAFT, 409)
    path = f"/v1/artists/{made['id']}"
    assert (await service.ask("PATCH", path, bob, {"name": "Mine"})).status == 403
    address = {"X-Forwarded-For": "192.0.2.77"}
    await service.ask("PATCH", path, ann, {"name": "Jónsi"}, address)
    page = await service.get("/v1/me/audit?limit=1", ann)
    rest = await service.get(f"/v1/me/audit?cursor={page['next']}", ann)
    deeds = [*page["items"], *rest["items"]]
    assert [(deed["action"], deed["object"]) for deed in deeds] == [
        ("changeArtist", made["id"]),
        ("createArtist", made["id"]),
    ]
    assert deeds[0]["network"] == "192.0.2.0/24"
    assert deeds[0]["means"] == "key"
    assert ann.key.split("_")[1] == deeds[0]["credential_id"]
    assert (await service.get("/v1/me/audit", bob))["items"] == []


async def test_what_is_made_is_named(service: Service) -> None:
    ann = await service.user()
    drafts = {"/v1/me/keys": {"name": "Mine", "scopes": ["read"]}, "/v1/webhooks": HOOK}
    made = [(await service.post(path, ann, draft))["id"] for path, draft in drafts.items()]
    deeds = (await service.get("/v1/me/audit", ann))["items"]
    assert [(deed["action"], deed["object"]) for deed in reversed(deeds)] == [
        ("createKey", made[0]),
        ("createWebhook", made[1]),
    ]


async def test_reading_is_no_deed(service: Service) -> None:
    ann = await service.user()
    for path in ("/v1/me", "/v1/artists", "/v1/me/keys"):
        await service.get(path, ann)
    assert (await service.get("/v1/me/audit", ann))["items"] == []


async def test_deeds_are_found_by_an_index(service: Service) -> None:
    query = select(audit).where(audit.c.user_id == "x", audit.c.number < 7)
    ordered = query.order_by(audit.c.number.desc()).limit(21)
    assert "ix_audit_user_id_number" in await service.plan(ordered)


async def publish(service: Service, user: User) -> tuple[str, str]:
    """Make an artist who is followed, with a public track; return their ids."""
    made = await service.post("/v1/artists", user, DRAFT)
    song = await track(service, user, made, "Secret", tags=["secret tag"], plays=True)
    await follow(service, user, made["id"])
    return made["id"], song["id"]


async def follow(service: Service, user: User, artist_id: str) -> None:
    """Let somebody follow an artist."""
    assert (await service.ask("PUT", f"/v1/me/follows/{artist_id}", user)).status < 300


async def test_all_that_is_mine_comes_along(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identity_belongings, "_AT_ONCE", 1)
    ann, bob = await service.user(), await service.user(number=1)
    artist_id, track_id = await publish(service, ann)
    await service.post("/v1/artists", bob, {"name": "Bob", "handle": "bob"})
    hook = await service.post("/v1/webhooks", ann, HOOK)
    await service.post("/v1/uploads", ann, {"name": "secret.wav"})
    response = await service.ask("GET", "/v1/me/export", ann)
    text = await response.text()
    assert response.headers["Cache-Control"] == "private, no-store"
    said = json.loads(text)
    catalogue = {(row["kind"], row.get("id", row.get("artist_id"))) for row in said["catalogue"]}
    assert catalogue == {("artist", artist_id), ("track", track_id), ("follow", artist_id)}
    assert [row["kind"] for row in said["identity"]] == ["user", "key"] + ["deed"] * 5
    assert [row["kind"] for row in said["assets"]] == ["asset"]
    assert [row["name"] for row in said["uploads"]] == ["secret.wav"]
    assert [row["url"] for row in said["webhooks"]] == [HOOK["url"]]
    assert hook["secret"] not in text
    assert digest_of(ann.key) not in text
    assert "Bob" not in text


async def left_of(service: Service, user: User) -> list[str]:
    """Return what became of somebody's assets."""
    mine = select(owned_assets.c.deleted_s).where(owned_assets.c.owner_id == user.id)
    async with service.database.look_now() as connection:
        return ["there" if each is None else "deleted" for each in await connection.scalars(mine)]


async def erased(service: Service, user: User) -> None:
    """Erase a user, and let the job be done."""
    assert (await service.ask("DELETE", "/v1/me", user)).status == 202
    await taken_away(service, user)


async def taken_away(service: Service, user: User) -> None:
    """Let the job be done that takes away what an erased user has made."""
    worker = asyncio.create_task(
        work_in_queue(service.database, service.companion.handlers, poll_s=0.01)
    )
    try:
        async with asyncio.timeout(60):
            while await state_of_job(service, user) != "succeeded":  # noqa: ASYNC110 of a database
                await asyncio.sleep(0.01)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def state_of_job(service: Service, user: User) -> str | None:
    async with service.database.look_now() as connection:
        state: str | None = await connection.scalar(
            select(jobs.c.state).where(jobs.c.subject == user.id)
        )
        return state


async def test_who_leaves_is_gone_at_once_and_what_they_made_soon(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    artist_id, track_id = await publish(service, ann)
    of_bob = await service.post("/v1/artists", bob, {"name": "Bob", "handle": "bob"})
    await follow(service, ann, of_bob["id"])
    await follow(service, bob, artist_id)
    before = {"name": "Deleted before", "handle": "deleted-before"}
    gone = await service.post("/v1/artists", ann, before)
    await service.post("/v1/webhooks", ann, HOOK)
    await service.post("/v1/uploads", ann, {"name": "secret open.wav"})
    upload = await service.post("/v1/uploads", ann, {"name": "secret.wav"})
    await put(service, ann, upload, SOUND)
    await service.ask("DELETE", f"/v1/artists/{gone['id']}", ann)
    await erased(service, ann)
    await service.get("/v1/me", ann, 401)
    await service.get(f"/v1/artists/{artist_id}", status=404)
    assert (await service.get("/v1/artists"))["items"] == [of_bob]
    async with service.database.look_now() as connection:
        for table in (api_keys, sessions, follows):
            mine = select(func.count()).where(table.c.user_id == ann.id)
            assert await connection.scalar(mine) == 0
        kinds = select(events.c.kind).where(events.c.subject.in_([artist_id, track_id]))
        assert {"artist.deleted", "track.deleted"} <= set(await connection.scalars(kinds))
        rows = [
            *await connection.execute(select(users).where(users.c.id == ann.id)),
            *await connection.execute(select(artists).where(artists.c.user_id == ann.id)),
            *await connection.execute(select(tracks)),
            *await connection.execute(select(track_tags)),
            *await connection.execute(select(audit).where(audit.c.user_id == ann.id)),
            *await connection.execute(select(uploads)),
            *await connection.execute(select(webhooks)),
            *await connection.execute(select(jobs).where(jobs.c.kind == PACKAGE)),
        ]
    assert len(rows) > 5
    assert set(await left_of(service, ann)) == {"deleted"}
    assert not [path for path in service.media.rglob("*") if path.is_file()]
    for path in ("/v1/tracks", "/v1/tracks?tag=secret+tag", "/v1/tracks?order=plays"):
        assert (await service.get(path))["items"] == []
    for trace in ("ann", "sigur", "secret", "post-rock", "deleted before", "127.0.0.0"):
        assert trace not in str(rows).lower(), trace
    assert (await service.get("/v1/me", bob))["name"] == "Ann"  # another of that name


async def test_leaving_twice_at_once_is_leaving_once(service: Service) -> None:
    ann = await service.user()
    asked = await asyncio.gather(*(service.ask("DELETE", "/v1/me", ann) for _ in range(4)))
    assert {response.status for response in asked} <= {202, 401}
    async with service.database.look_now() as connection:
        assert await connection.scalar(select(func.count()).select_from(jobs)) == 1


async def test_a_key_that_may_not_does_not_take_away_an_account(service: Service) -> None:
    reader = await service.user(scopes=frozenset({Scope.READ, Scope.CATALOGUE}))
    for method, path in (("DELETE", "/v1/me"), ("GET", "/v1/me/export"), ("GET", "/v1/me/audit")):
        assert (await service.ask(method, path, reader)).status == 403


async def test_a_key_that_may_not_read_takes_nothing_private_along(service: Service) -> None:
    keeper = await service.user(scopes=frozenset({Scope.ACCOUNT}))
    for method in ("GET", "HEAD"):
        assert (await service.ask(method, "/v1/me/export", keeper)).status == 403
    both = await service.user(scopes=frozenset({Scope.ACCOUNT, Scope.READ}))
    assert (await service.get("/v1/me/export", both))["identity"]


async def test_a_role_that_is_taken_away_is_so_at_once(service: Service) -> None:
    ann = await service.user()
    async with service.database.change() as connection:
        await connection.execute(
            update(users).where(users.c.id == ann.id).values(role=Role.LISTENER)
        )
    await service.post("/v1/artists", ann, DRAFT, 403)
