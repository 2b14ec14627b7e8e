"""Tracks: made, changed and taken away by whom they belong to."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import update

from origin.companion.catalogue.tables import tracks
from origin.companion.identity.principal import Role, Scope
from tests.functional.api.catalogue import artist, asset, track
from tests.functional.api.service import Service, User, over_sqlite_alone

SAID = {
    "title": "Hoppípolla", "description": "One\ntwo", "genre": "Post-Rock", "language": "is-is",
    "tags": ["Live", "LIVE", " 2005 "], "explicit": True, "visibility": "public",
    "released_on": "2005-11-28",
}  # fmt: skip


async def test_a_track_is_what_was_said(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    asset_id = await asset(service, ann, "sound")
    made = await service.post(
        "/v1/tracks", ann, {**SAID, "artist_id": of["id"], "asset_id": asset_id}
    )
    folded = {"genre": "post-rock", "language": "is-IS", "tags": ["live", "2005"]}
    assert {key: made[key] for key in SAID} == SAID | folded
    assert made["artist"] == {key: of[key] for key in ("id", "name", "handle")}
    assert made["playback_id"] == "sound-plays"
    assert (made["play_count"], made["album"]) == (0, None)
    assert await service.get(f"/v1/tracks/{made['id']}") == made
    assert (await service.get("/v1/tracks"))["items"] == [made]


async def test_null_takes_away_and_what_is_left_out_stays(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    made = await service.post("/v1/tracks", ann, {**SAID, "artist_id": of["id"]})
    path = f"/v1/tracks/{made['id']}"
    cleared = {"genre": None, "language": None, "released_on": None, "album_id": None}
    changed = await (await service.ask("PATCH", path, ann, cleared)).json()
    assert [changed[key] for key in ("genre", "language", "released_on")] == [None] * 3
    assert (changed["title"], changed["tags"]) == (made["title"], made["tags"])
    changed = await (await service.ask("PATCH", path, ann, {"tags": [], "title": "B"})).json()
    assert (changed["title"], changed["tags"], changed["explicit"]) == ("B", [], True)
    for name in ("title", "description", "tags", "explicit", "visibility"):
        assert (await service.ask("PATCH", path, ann, {name: None})).status == 422


@over_sqlite_alone
@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"title": ""}, "#/title"),
        ({"tags": [str(number) for number in range(21)]}, "#/tags"),
        ({"tags": ["x" * 65]}, "#/tags/0"),
        ({"tags": ["a\0b"]}, "#/tags/0"),
        ({"genre": "a\u202eb"}, "#/genre"),
        ({"language": "nonsense language"}, "#/language"),
        ({"language": "e"}, "#/language"),
        ({"visibility": "secret"}, "#/visibility"),
        ({"released_on": "2026-02-30"}, "#/released_on"),
        ({"released_on": "1234567890"}, "#/released_on"),
        ({"released_on": 7}, "#/released_on"),
        ({"explicit": "yes"}, "#/explicit"),
        ({"play_count": 1_000_000}, "#/play_count"),
        ({"artist_id": "somebody"}, "#/artist_id"),
        ({"album_id": "nothing"}, "#/album_id"),
        ({"asset_id": "nothing"}, "#/asset_id"),
        ({"asset_id": "../x"}, "#/asset_id"),
    ],
)
async def test_what_cannot_be_said(service: Service, said: dict[str, Any], pointer: str) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    problem = await service.post(
        "/v1/tracks", ann, {"artist_id": of["id"], "title": "A", **said}, 422
    )
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


async def test_other_peoples_artists_albums_and_assets_are_none(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    of, other = await artist(service, ann), await artist(service, bob, "bob")
    album = await service.post("/v1/albums", bob, {"artist_id": other["id"], "title": "B"})
    sound = await asset(service, bob, "sound")
    mine = {"artist_id": of["id"], "title": "A"}
    for said in ({"artist_id": other["id"]}, {"album_id": album["id"]}, {"asset_id": sound}):
        await service.post("/v1/tracks", ann, {**mine, **said}, 422)
    made = await service.post("/v1/tracks", ann, mine)
    for said in ({"album_id": album["id"]}, {"asset_id": sound}):
        assert (await service.ask("PATCH", f"/v1/tracks/{made['id']}", ann, said)).status == 422


async def test_an_asset_is_one_tracks(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    first = await track(service, ann, of, "A")
    again = {"artist_id": of["id"], "title": "B", "asset_id": first["asset_id"]}
    assert (await service.post("/v1/tracks", ann, again, 409))["code"] == "asset_taken"
    kept = f"/v1/tracks/{first['id']}?keep_asset=true"
    assert (await service.ask("DELETE", kept, ann)).status == 204
    await service.post("/v1/tracks", ann, again)


async def test_what_is_ones_own_alone_is_shown_to_what_is_good_for_reading(
    service: Service,
) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    said = {"artist_id": of["id"], "title": "Mine", "visibility": "private"}
    album = await service.post("/v1/albums", ann, said)
    private = await track(service, ann, of, "A", visibility="private", album_id=album["id"])
    public = await track(service, ann, of, "B", album_id=album["id"])
    one, others = f"/v1/tracks/{private['id']}", f"/v1/tracks?album_id={album['id']}"
    by = {}
    for scope in ("read", "plays", "catalogue"):
        key = await service.post("/v1/me/keys", ann, {"name": scope, "scopes": [scope]})
        by[scope] = User(ann.id, key["key"])
    for scope, status, there in (("read", 200, ["B"]), ("plays", 404, []), ("catalogue", 404, [])):
        for path in (one, f"{one}/similar", f"/v1/albums/{album['id']}"):
            await service.get(path, by[scope], status)
        assert [each["title"] for each in (await service.get(others, by[scope]))["items"]] == there
        told = await service.get(f"/v1/tracks/{public['id']}", by[scope])
        assert (told["album"] is not None) is (status == 200)
    assert (await service.ask("PATCH", one, by["catalogue"], {"title": "X"})).status == 200


async def test_who_may_see_and_change_a_track(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    admin = await service.user(Role.ADMIN, number=2)
    reader = await service.user(scopes=frozenset({Scope.READ}), number=3)
    listener = await service.user(Role.LISTENER, number=4)
    of = await artist(service, ann)
    public = await track(service, ann, of, "Public")
    unlisted = await track(service, ann, of, "Unlisted", visibility="unlisted")
    private = await track(service, ann, of, "Private", visibility="private")
    draft = await track(service, ann, of, "Draft", plays=False)
    for one, seen in ((public, 200), (unlisted, 200), (private, 404), (draft, 404)):
        path = f"/v1/tracks/{one['id']}"
        for by in (None, bob, reader, listener):
            await service.get(path, by, seen)
            expected = 401 if by is None else 403 if seen == 200 or by is not bob else 404
            for method, said in (("PATCH", {"title": "X"}), ("DELETE", None)):
                assert (await service.ask(method, path, by, said)).status == expected
        for by in (ann, admin):
            await service.get(path, by)
            assert (await service.ask("PATCH", path, by, {"explicit": True})).status == 200
    assert (await service.ask("DELETE", f"/v1/tracks/{private['id']}", admin)).status == 204
    await service.get(f"/v1/tracks/{private['id']}", ann, 404)


async def test_nobody_overwrites_what_they_have_not_seen(service: Service) -> None:
    ann = await service.user()
    path = f"/v1/tracks/{(await track(service, ann, await artist(service, ann), 'A'))['id']}"
    seen = (await service.ask("GET", path, ann, headers={"Accept-Encoding": "gzip"})).headers
    changes = [
        service.ask("PATCH", path, ann, {"title": title}, {"If-Match": seen["ETag"]})
        for title in ("One", "Two")
    ]
    answers = sorted(await asyncio.gather(*changes), key=lambda answer: answer.status)
    assert [answer.status for answer in answers] == [200, 412]
    shown = {"If-Match": answers[0].headers["ETag"]}
    assert (await service.ask("DELETE", path, ann, headers={"If-Match": '"7"'})).status == 412
    assert (await service.ask("DELETE", path, ann, headers=shown)).status == 204


async def test_plays_make_another_answer_and_are_nothing_that_is_overwritten(
    service: Service,
) -> None:
    ann = await service.user()
    made = await track(service, ann, await artist(service, ann), "A")
    path = f"/v1/tracks/{made['id']}"
    before = (await service.ask("GET", path)).headers["ETag"]
    async with service.database.change() as connection:
        await connection.execute(update(tracks).values(play_count=7))
    after = await service.ask("GET", path, headers={"If-None-Match": before})
    assert after.status == 200
    assert after.headers["ETag"] != before
    assert (await after.json())["play_count"] == 7
    changed = await service.ask("PATCH", path, ann, {"title": "B"}, {"If-Match": before})
    assert changed.status == 200
    same = {"If-None-Match": changed.headers["ETag"], "Accept-Encoding": "identity"}
    assert (await service.ask("GET", path, headers=same)).status == 304
