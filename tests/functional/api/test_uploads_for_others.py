"""Uploads that an admin begins for somebody else's track: they are whose the track is."""

import base64
from typing import Any

import pytest
from sqlalchemy import select

from origin.companion.identity.principal import Role
from origin.companion.identity.tables import audit
from origin.companion.uploads.rules import UploadRules
from tests.functional.api.catalogue import artist
from tests.functional.api.sending import SOUND, put, queued
from tests.functional.api.service import Service, User
from tests.functional.api.test_tus import ask, make, patch, upload_in


async def drafts(service: Service, ann: User) -> list[dict[str, Any]]:
    """Return both ways to say for what an upload is."""
    of = await artist(service, ann)
    track = {"title": "Song", "artist_id": of["id"]}
    made = await service.post("/v1/tracks", ann, track)
    return [{"name": "a.wav", "track_id": made["id"]}, {"name": "b.wav", "track": track}]


@pytest.mark.parametrize("which", [0, 1], ids=["a track", "a track to make"])
async def test_an_asset_is_whose_its_track_is(service: Service, which: int) -> None:
    ann, admin = await service.user(), await service.user(Role.ADMIN)
    draft = (await drafts(service, ann))[which]
    made = await service.post("/v1/uploads", admin, draft)
    done = await put(service, admin, made, SOUND)
    assert (await service.get("/v1/uploads", ann))["items"] == [done]
    assert (await service.get("/v1/uploads", admin))["items"] == []
    mine = (await service.get("/v1/assets", ann))["items"]
    assert [each["id"] for each in mine] == [made["asset_id"]]
    assert (await service.get("/v1/assets", admin))["items"] == []
    assert [job["creator_id"] for job in await queued(service)] == [ann.id]
    async with service.database.look_now() as connection:
        did = select(audit.c.user_id).where(audit.c.action == "createUpload")
        assert list(await connection.scalars(did)) == [admin.id]


async def test_a_key_for_uploads_alone_says_nothing_of_tracks(service: Service) -> None:
    ann = await service.user()
    a_track, a_new_one = await drafts(service, ann)
    keys = {}
    for scopes in (["upload"], ["upload", "catalogue"]):
        made = await service.post("/v1/me/keys", ann, {"name": "a", "scopes": scopes})
        keys[len(scopes)] = User(ann.id, made["key"])
    for draft in (a_track, a_new_one):
        refused = await service.post("/v1/uploads", keys[1], draft, 403)
        assert "good for `catalogue`, too" in refused["detail"]
    track_id = base64.b64encode(a_track["track_id"].encode()).decode()
    tus = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": "9",
        "Upload-Metadata": f"track_id {track_id}",
    }
    response = await service.ask("POST", "/v1/uploads/tus", keys[1], headers=tus)
    assert response.status == 403
    assert len((await service.get("/v1/me/tracks", ann))["items"]) == 1
    await service.post("/v1/uploads", keys[1], {"name": "of no track"})
    for draft in (a_track, a_new_one):
        await service.post("/v1/uploads", keys[2], draft)


@pytest.mark.parametrize("which", [0, 1], ids=["a track", "a track to make"])
@pytest.mark.parametrize("rules", [UploadRules(quota_bytes=1000)])
async def test_it_counts_against_their_quota(service: Service, which: int) -> None:
    ann, admin, ben = await service.user(), await service.user(Role.ADMIN), await service.user()
    draft = (await drafts(service, ann))[which] | {"size_bytes": 600}
    await service.post("/v1/uploads", ann, {"size_bytes": 500})
    await service.post("/v1/uploads", admin, draft, 403)
    await service.post("/v1/uploads", admin, {"size_bytes": 600})
    await service.post("/v1/uploads", ben, draft, 422 if which else 404)  # of no quota


async def test_parts_that_an_admin_sent_for_it_make_one_of_theirs(service: Service) -> None:
    ann, admin = await service.user(), await service.user(Role.ADMIN)
    draft = (await drafts(service, ann))[0]
    half = len(SOUND) // 2
    parts = []
    for content in (SOUND[:half], SOUND[half:]):
        parts.append(await make(service, admin, len(content), Upload_Concat="partial"))
        await patch(service, admin, parts[-1], 0, content)
    track = base64.b64encode(draft["track_id"].encode()).decode()
    said = {"Upload_Concat": f"final;{' '.join(parts)}", "Upload_Metadata": f"track_id {track}"}
    final = await ask(service, admin, "POST", "/v1/uploads/tus", **said)
    assert final.status == 201, await final.text()
    whole = await service.get(upload_in(final.headers["Location"]), ann)
    assert (whole["state"], whole["size_bytes"]) == ("complete", len(SOUND))
    assert (await service.get("/v1/uploads", ann))["items"] == [whole]
