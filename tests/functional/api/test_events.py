"""Each change is told once, in the transaction that made it, with what is to be read again."""

import asyncio
from typing import Any

import pytest

from origin.companion.catalogue import events
from origin.companion.catalogue.events import Event
from origin.companion.catalogue.tracks import rows
from tests.functional.api.catalogue import artist, titles, track
from tests.functional.api.service import Service


async def told(service: Service) -> list[Event]:
    async with service.database.change() as connection:
        return await events.since(connection, 0, limit=1_000)


async def test_changes_are_told_in_order(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    album = await service.post("/v1/albums", ann, {"artist_id": of["id"], "title": "A"})
    made = await track(service, ann, of, "T", album_id=album["id"])
    steps: list[tuple[str, str, Any]] = [
        ("PATCH", f"/v1/tracks/{made['id']}", {"tags": ["a"], "genre": None}),
        ("PATCH", f"/v1/albums/{album['id']}", {"track_ids": [made["id"]]}),
        ("PUT", f"/v1/me/follows/{of['id']}", None),
        ("PUT", f"/v1/me/follows/{of['id']}", None),
        ("PATCH", f"/v1/artists/{of['id']}", {"name": "B"}),
        ("DELETE", f"/v1/albums/{album['id']}", None),
        ("DELETE", f"/v1/tracks/{made['id']}", None),
        ("DELETE", f"/v1/artists/{of['id']}", None),
    ]
    for method, path, said in steps:
        assert (await service.ask(method, path, ann, said)).status < 300
    found = await told(service)
    assert [event.kind for event in found] == [
        "artist.created", "album.created", "track.created", "track.changed", "album.changed",
        "follow.created", "artist.changed", "album.deleted", "track.deleted", "asset.deleted",
        "artist.deleted",
    ]  # fmt: skip
    assert {event.owner_id for event in found} == {ann.id}
    assert found[3].subject == made["id"]
    assert found[3].content == {
        "artist_id": of["id"], "album_id": album["id"], "asset_id": made["asset_id"],
        "fields": ["genre", "tags"],
    }  # fmt: skip
    assert found[4].content == {"artist_id": of["id"], "fields": ["track_ids"]}
    assert found[7].content == {"artist_id": of["id"], "track_ids": [made["id"]]}


async def test_what_is_refused_is_not_told(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    of = await artist(service, ann)
    made = await track(service, ann, of, "T")
    before = await told(service)
    path = f"/v1/tracks/{made['id']}"
    for by, said, headers in (
        (bob, {"title": "X"}, {}),
        (ann, {"title": "X"}, {"If-Match": '"0.x"'}),
        (ann, {"title": "X", "asset_id": "nothing"}, {}),
    ):
        assert (await service.ask("PATCH", path, by, said, headers)).status >= 400
    again = {"artist_id": of["id"], "title": "U", "asset_id": made["asset_id"]}
    await service.post("/v1/tracks", ann, again, 409)
    assert await told(service) == before


async def test_tracks_that_come_at_once_have_each_a_place(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    album = await service.post("/v1/albums", ann, {"artist_id": of["id"], "title": "A"})
    draft = {"artist_id": of["id"], "album_id": album["id"]}
    await asyncio.gather(
        *(service.post("/v1/tracks", ann, {**draft, "title": str(number)}) for number in range(8))
    )
    listed = f"/v1/me/tracks?album_id={album['id']}"
    found = (await service.get(listed, ann))["items"]
    assert {item["title"] for item in found} == {str(number) for number in range(8)}
    ids = [item["id"] for item in found]
    changes = [
        service.ask("PATCH", f"/v1/albums/{album['id']}", ann, {"track_ids": ids[::-1]}),
        *(service.ask("PATCH", f"/v1/tracks/{one}", ann, {"explicit": True}) for one in ids),
        *(service.ask("PATCH", f"/v1/tracks/{one}", ann, {"album_id": None}) for one in ids[:2]),
        *(service.ask("DELETE", f"/v1/tracks/{one}", ann) for one in ids[2:4]),
    ]
    statuses = [answer.status for answer in await asyncio.gather(*changes)]
    assert set(statuses) <= {200, 204, 404, 409}
    assert statuses[0] in {200, 409}
    assert {item["id"] for item in (await service.get(listed, ann))["items"]} == {*ids[4:]}


async def test_an_album_has_an_end(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "ALBUM_TRACKS_MAX", 2)
    ann = await service.user()
    of = await artist(service, ann)
    album = await service.post("/v1/albums", ann, {"artist_id": of["id"], "title": "A"})
    draft = {"artist_id": of["id"], "album_id": album["id"], "title": "T"}
    made = await service.post("/v1/tracks", ann, draft)
    for status in (201, 409):
        await service.post("/v1/tracks", ann, draft, status)
    same = await service.ask("PATCH", f"/v1/tracks/{made['id']}", ann, {"album_id": album["id"]})
    assert same.status == 200
    assert len(await titles(service, "/v1/me/tracks", ann)) == 2


async def test_nobody_adds_to_an_artist_who_goes(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    adding = [
        service.ask("POST", "/v1/tracks", ann, {"artist_id": of["id"], "title": str(number)})
        for number in range(6)
    ]
    gone = service.ask("DELETE", f"/v1/artists/{of['id']}", ann)
    answers = await asyncio.gather(*adding[:3], gone, *adding[3:])
    assert {answer.status for answer in answers} <= {201, 204, 422}
    assert await titles(service, "/v1/me/tracks", ann) == []
    found = await told(service)
    created = {event.subject for event in found if event.kind == "track.created"}
    assert {event.subject for event in found if event.kind == "track.deleted"} == created
