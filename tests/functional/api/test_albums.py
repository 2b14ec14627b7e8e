"""Albums: tracks in an order, and what a player gets of them in one request."""

from base64 import urlsafe_b64decode
from typing import Any, Final

import pytest

from tests.functional.api.catalogue import Item, artist, titles, track, withdraw
from tests.functional.api.service import Service, User

pytestmark = pytest.mark.long_if("postgresql")

MORE_THAN_ARE_READ: Final = 75
"""Of an album's tracks for its page."""

SAID = {
    "kind": "series", "title": "( )", "description": "d", "genre": "Talk", "language": "en-gb",
    "explicit": False, "visibility": "public", "released_on": "2002-10-28",
}  # fmt: skip


async def album(service: Service, by: User, of: Item, **said: Any) -> Item:
    draft = {"artist_id": of["id"], "title": "Album", "visibility": "public", **said}
    made: Item = await service.post("/v1/albums", by, draft)
    return made


async def order(service: Service, one: Item, by: User | None = None) -> list[str]:
    whole = await service.get(f"/v1/albums/{one['id']}", by)
    return [item["title"] for item in whole["tracks"]["items"]]


async def test_an_album_is_what_was_said(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    made = await album(service, ann, of, **SAID)
    assert {key: made[key] for key in SAID} == SAID | {"genre": "talk", "language": "en-GB"}
    assert made["tracks"] == {"items": [], "next": None}
    path = f"/v1/albums/{made['id']}"
    assert await service.get(path) == made
    listed = (await service.get("/v1/albums"))["items"]
    assert listed == [{key: value for key, value in made.items() if key != "tracks"}]
    changed = await (await service.ask("PATCH", path, ann, {"genre": None, "title": "X"})).json()
    assert (changed["genre"], changed["title"], changed["kind"]) == (None, "X", "series")
    assert (await service.ask("PATCH", path, ann, {"title": None})).status == 422


async def test_tracks_are_in_the_order_they_are_put_in(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    one = await album(service, ann, of)
    made = {title: await track(service, ann, of, title, album_id=one["id"]) for title in "ABCD"}
    assert await order(service, one) == [*"ABCD"]
    assert made["A"]["album"] == {"id": one["id"], "title": "Album"}
    path = f"/v1/albums/{one['id']}"
    answer = await service.ask(
        "PATCH", path, ann, {"track_ids": [made[title]["id"] for title in "DBAC"]}
    )
    changed = await answer.json()
    assert [item["title"] for item in changed["tracks"]["items"]] == [*"DBAC"]
    listed = f"/v1/tracks?album_id={one['id']}"
    for limit in (1, 3, 20):
        assert await titles(service, f"{listed}&limit={limit}") == [*"DBAC"]
    assert (await service.ask("DELETE", f"/v1/tracks/{made['B']['id']}", ann)).status == 204
    await track(service, ann, of, "E", album_id=one["id"])
    assert await order(service, one) == [*"DACE"]
    out = await service.ask("PATCH", f"/v1/tracks/{made['D']['id']}", ann, {"album_id": None})
    assert (await out.json())["album"] is None
    back = {"album_id": one["id"], "title": "D2"}
    await service.ask("PATCH", f"/v1/tracks/{made['D']['id']}", ann, back)
    await service.ask("PATCH", f"/v1/tracks/{made['A']['id']}", ann, {"album_id": one["id"]})
    assert await order(service, one) == ["A", "C", "E", "D2"]


async def test_an_order_is_of_all_its_tracks_or_refused(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    one = await album(service, ann, of)
    a, b = [(await track(service, ann, of, title, album_id=one["id"]))["id"] for title in "AB"]
    other = (await track(service, ann, of, "C"))["id"]
    path = f"/v1/albums/{one['id']}"
    for ids in ([a], [a, a], [a, b, b], [a, b, other], [a, other], []):
        answer = await service.ask("PATCH", path, ann, {"track_ids": ids, "title": "X"})
        assert (answer.status, (await answer.json())["code"]) == (409, "tracks_differ")
    assert (await service.get(path))["title"] == "Album"
    assert await order(service, one) == ["A", "B"]


async def test_an_album_goes_on_behind_its_first_page(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    of = await artist(service, ann)
    one = await album(service, ann, of)
    for number in range(53):
        await track(service, ann, of, f"T{number}", album_id=one["id"], plays=number != 2)
    for by, rest, seen in ((None, "tracks", 52), (bob, "tracks", 52), (ann, "me/tracks", 53)):
        page = (await service.get(f"/v1/albums/{one['id']}", by))["tracks"]
        assert len(page["items"]) == 50
        path = f"/v1/{rest}?album_id={one['id']}&cursor={page['next']}"
        behind = await service.get(path, by)
        found = [item["title"] for item in page["items"] + behind["items"]]
        assert found == [f"T{number}" for number in range(53) if seen == 53 or number != 2]


async def test_who_may_see_and_change_an_album(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    of = await artist(service, ann)
    for visibility, seen in (("public", 200), ("unlisted", 200), ("private", 404)):
        one = await album(service, ann, of, visibility=visibility, title=visibility)
        public = await track(service, ann, of, f"{visibility}-p", album_id=one["id"])
        hidden = await track(
            service, ann, of, f"{visibility}-u", album_id=one["id"], visibility="unlisted"
        )
        path = f"/v1/albums/{one['id']}"
        await service.get(path, None, seen)
        answer = await service.ask("PATCH", path, bob, {"title": "X"})
        assert answer.status == (403 if seen == 200 else 404)
        assert await order(service, one, ann) == [public["title"], hidden["title"]]
        if seen == 200:
            assert await order(service, one, bob) == [public["title"]]
        listed = f"/v1/tracks?album_id={one['id']}"
        for by in (None, bob):
            for query in (listed, f"{listed}&limit=1"):
                assert await titles(service, query, by) == [public["title"]] * (seen == 200)
        assert await titles(service, listed, ann) == [public["title"]]
        assert await titles(service, f"/v1/me{listed[3:]}", ann) == [
            public["title"],
            hidden["title"],
        ]
        told = (await service.get(f"/v1/tracks/{public['id']}", bob))["album"]
        assert (told is not None) == (visibility == "public")
    assert await titles(service, "/v1/albums", ann) == ["public"]
    assert await titles(service, "/v1/me/albums", ann) == ["private", "unlisted", "public"]
    assert await titles(service, "/v1/me/albums", bob) == []


async def test_a_private_albums_list_tells_nothing_of_its_tracks(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    of = await artist(service, ann)
    one = await album(service, ann, of, visibility="private")
    for title in "ABC":
        await track(service, ann, of, title, album_id=one["id"])
    query = f"?album_id={one['id']}&limit=1"
    for path, by in (("/v1/tracks", None), ("/v1/tracks", bob), ("/v1/me/tracks", bob)):
        assert await service.get(path + query, by) == {"items": [], "next": None}


async def test_albums_are_listed_by_artist_and_kind(service: Service) -> None:
    ann = await service.user()
    of, other = await artist(service, ann), await artist(service, ann, "other")
    await album(service, ann, of, title="A")
    await album(service, ann, other, title="B", kind="series")
    await album(service, ann, of, title="C", kind="series")
    for query, expected in (
        ("", "CBA"), ("?kind=series", "CB"), ("?kind=album", "A"),
        (f"?artist_id={of['id']}", "CA"), ("?limit=1", "CBA"),
    ):  # fmt: skip
        assert await titles(service, f"/v1/albums{query}") == [*expected]
    assert await titles(service, f"/v1/me/albums?artist_id={of['id']}", ann) == ["C", "A"]
    await service.get(f"/v1/albums?kind=album&artist_id={of['id']}", status=400)


async def test_tracks_stay_where_an_album_goes(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    one = await album(service, ann, of)
    made = await track(service, ann, of, "A", album_id=one["id"])
    path = f"/v1/albums/{one['id']}"
    stale = {"If-Match": (await service.ask("GET", path, ann)).headers["ETag"]}
    await service.ask("PATCH", path, ann, {"title": "X"})
    assert (await service.ask("DELETE", path, ann, headers=stale)).status == 412
    assert (await service.ask("DELETE", path, ann)).status == 204
    await service.get(path, ann, 404)
    assert (await service.get(f"/v1/tracks/{made['id']}"))["album"] is None
    assert await titles(service, f"/v1/tracks?album_id={one['id']}") == []


@pytest.mark.parametrize("plays", [True, False])
async def test_what_cannot_be_heard_is_in_no_album_of_others(service: Service, plays: bool) -> None:  # noqa: FBT001
    ann = await service.user()
    of = await artist(service, ann)
    one = await album(service, ann, of)
    await track(service, ann, of, "A", album_id=one["id"])
    if not plays:
        await withdraw(service, "asset-a")
    assert await order(service, one) == ["A"] * plays
    assert await order(service, one, ann) == ["A"]


@pytest.mark.parametrize("visibility", ["unlisted", "private"])
async def test_no_cursor_tells_the_id_of_what_is_not_shown(
    service: Service, visibility: str
) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    of = await artist(service, ann)
    one = await album(service, ann, of)
    hidden = [
        await track(service, ann, of, f"{number}", album_id=one["id"], visibility=visibility)
        for number in range(MORE_THAN_ARE_READ)
    ]
    await track(service, ann, of, "Last", album_id=one["id"])
    whole = await service.get(f"/v1/albums/{one['id']}")
    cursors = [whole["tracks"]["next"]]
    for path, by in (("/v1/tracks", None), ("/v1/me/tracks", bob)):
        page = await service.get(f"{path}?limit=1&album_id={one['id']}", by)
        assert page["items"] == []
        cursors.append(page["next"])
    told = "".join(urlsafe_b64decode(each + "==").decode() for each in cursors)
    assert [each["id"] for each in hidden if each["id"] in told] == []
    on = f"&cursor={cursors[0]}"
    for path in (f"/v1/tracks?album_id={one['id']}{more}" for more in (on, "", "&limit=1")):
        assert await titles(service, path) == ["Last"]
