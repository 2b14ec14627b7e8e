"""What is kept: what it is given for, and when it is not given any more."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from origin.companion.api.endpoint import ANYONE
from origin.companion.catalogue.belongings import CatalogueBelongings
from origin.companion.identity.principal import Role
from tests.functional.api.catalogue import artist, titles, track
from tests.functional.api.keeping import BYPASS, HIT, READ, Process, process
from tests.functional.api.service import Service, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")


@pytest.fixture
async def one(service: Service) -> AsyncIterator[Process]:
    """A process."""
    async with process(service) as made:
        yield made


@pytest.fixture
async def other(service: Service) -> AsyncIterator[Process]:
    """Another one, over the same database, that nobody tells anything."""
    async with process(service) as made:
        yield made


async def test_each_public_answer_is_given_again(one: Process) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    album = await one.post(
        "/v1/albums", ann, {"artist_id": of["id"], "title": "A", "visibility": "public"}
    )
    song = await track(one, ann, of, "Song", album_id=album["id"], genre="jazz")
    for path in (
        "/v1/tracks", f"/v1/tracks/{song['id']}", "/v1/tracks?genre=jazz&order=plays",
        f"/v1/tracks?album_id={album['id']}", f"/v1/tracks?artist_id={of['id']}",
        "/v1/artists", f"/v1/artists/{of['id']}", "/v1/albums", f"/v1/albums/{album['id']}",
    ):  # fmt: skip
        first, second = await one.said(path), await one.said(path)
        assert (first[2], second[2]) == (READ, HIT), path
        assert first[:2] == second[:2], path
        assert "Song" in str(first[1]) or "Ann" in str(first[1]), path


async def test_what_is_found_while_there_is_no_index_is_kept_by_nobody(one: Process) -> None:
    ann = await one.user()
    await track(one, ann, await artist(one, ann), "Song")
    for path in ("/v1/search?q=song", "/v1/search/suggest?q=so"):
        first, second = await one.said(path), await one.said(path)
        assert "'degraded': True" in str(first[1])
        assert (first[2], second[2]) == (READ, READ), path


@over_sqlite_alone
async def test_what_anyone_may_read_is_kept_and_nothing_else(one: Process) -> None:
    kept = {each.name for each in one.companion.endpoints if each.kept is not None}
    public = {
        each.name
        for each in one.companion.endpoints
        if each.method == "GET" and each.who == ANYONE and not each.streams
    }
    assert kept == public


@over_sqlite_alone
async def test_order_and_defaults_of_a_query_do_not_matter(one: Process) -> None:
    assert await one.status("/v1/tracks?genre=jazz&order=newest") == READ
    assert await one.status("/v1/tracks?order=newest&genre=jazz&limit=20") == HIT
    assert await one.status("/v1/tracks?order=newest&genre=%6aazz") == HIT
    assert await one.status("/v1/tracks?order=newest&genre=jazz&limit=21") == READ
    assert await one.status("/v1/tracks?order=plays&genre=jazz") == READ


@over_sqlite_alone
async def test_head_tags_and_codings_are_each_request_s_own(one: Process) -> None:
    ann = await one.user()
    path = f"/v1/artists/{(await artist(one, ann))['id']}"
    fields = ("ETag", "Cache-Control", "Vary", "Content-Type")
    by = {"X-Forwarded-For": "203.0.113.7"}
    first = await one.ask("GET", path, headers=by)
    await one.status(path)
    head = await one.ask("HEAD", path, headers=by)
    assert head.headers["Cache-Status"] == HIT
    assert [head.headers[name] for name in fields] == [first.headers[name] for name in fields]
    again = await one.ask("GET", path, headers=by | {"If-None-Match": first.headers["ETag"]})
    assert again.status == 304
    small = await one.ask("GET", path, headers=by | {"Accept-Encoding": "gzip"})
    assert small.headers["Content-Encoding"] == "gzip"
    assert small.headers["ETag"] != first.headers["ETag"]
    assert await small.json() == await first.json()
    lefts = {answer.headers["RateLimit"] for answer in (first, head, again, small)}
    ids = {answer.headers["X-Request-Id"] for answer in (first, head, again, small)}
    assert (len(lefts), len(ids)) == (4, 4)


@over_sqlite_alone
async def test_errors_are_not_kept(one: Process) -> None:
    for _ in range(2):
        assert (await one.said("/v1/tracks/nothing-here"))[0] == 404
        assert (await one.said("/v1/tracks?order=worst"))[0] == 400
    assert len(one.answers) == 0


@over_sqlite_alone
async def test_what_makes_no_sense_makes_none_where_an_answer_is_kept(one: Process) -> None:
    assert await one.status("/v1/tracks") == READ
    assert (await one.ask("GET", "/v1/tracks", json={"a": 1})).status == 422
    assert (await one.ask("GET", "/v1/tracks?limit=20&limit=20")).status == 400
    assert (await one.ask("GET", "/v1/tracks?limits=20")).status == 400
    assert await one.status("/v1/tracks") == HIT


async def test_nothing_private_is_kept_and_nothing_kept_is_told_to_who_signed_in(
    one: Process,
) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    draft = await track(one, ann, of, "Secret", visibility="private")
    path = f"/v1/tracks/{draft['id']}"
    assert (await one.said(path, ann))[::2] == (200, BYPASS)
    assert (await one.said(path))[0] == 404
    assert len(one.answers) == 0
    other = await one.user(Role.LISTENER, number=1)
    assert (await one.said(path, other))[0] == 404
    album = await one.post("/v1/albums", ann, {"artist_id": of["id"], "title": "Hidden"})
    song = await track(one, ann, of, "Song", album_id=album["id"])
    path = f"/v1/tracks/{song['id']}"
    for _ in range(2):
        assert (await one.said(path, ann))[1]["album"]["title"] == "Hidden"
        assert (await one.said(path))[1]["album"] is None
    assert await titles(one, f"/v1/tracks?album_id={album['id']}") == []
    assert await titles(one, f"/v1/tracks?album_id={album['id']}", ann) == ["Song"]
    album_path = f"/v1/albums/{album['id']}"
    assert (await one.said(album_path, ann))[0] == 200
    assert (await one.said(album_path))[0] == 404


async def test_who_is_known_by_a_key_that_ended_is_told_so(one: Process) -> None:
    await one.said("/v1/tracks")
    response = await one.ask("GET", "/v1/tracks", headers={"Authorization": "Bearer sk_none"})
    assert response.status == 401


@pytest.mark.parametrize("who", ["one", "other"])
async def test_whether_an_album_can_be_seen_reaches_the_list_of_its_tracks(
    one: Process, other: Process, who: str
) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    album = await one.post("/v1/albums", ann, {"artist_id": of["id"], "title": "A"})
    await track(one, ann, of, "Song", album_id=album["id"])
    reader = one if who == "one" else other
    listed = f"/v1/tracks?album_id={album['id']}"
    assert await titles(reader, listed) == []
    await reader.until_kept(listed)
    for visibility, seen in (("public", ["Song"]), ("private", []), ("unlisted", ["Song"])):
        said = {"visibility": visibility}
        changed = await one.ask("PATCH", f"/v1/albums/{album['id']}", ann, said)
        assert changed.status == 200
        if who == "other":
            await other.hears()
        assert await titles(reader, listed) == seen, visibility


@pytest.mark.parametrize("who", ["one", "other"])
@pytest.mark.parametrize("how", ["deleted", "private", "artist", "renamed", "album"])
async def test_a_change_is_seen_by_the_writer_at_once_and_by_others_within_the_bound(
    one: Process, other: Process, who: str, how: str
) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    album = await one.post(
        "/v1/albums", ann, {"artist_id": of["id"], "title": "Private", "visibility": "private"}
    )
    song = await track(one, ann, of, "Song", genre="jazz", album_id=album["id"])
    paths = (
        f"/v1/tracks/{song['id']}", "/v1/tracks", "/v1/tracks?genre=jazz",
        f"/v1/tracks?artist_id={of['id']}", "/v1/search?q=song", "/v1/search/suggest?q=song",
    )  # fmt: skip
    reader = one if who == "one" else other
    before = [(await reader.said(path))[1] for path in paths]
    assert all("Song" in str(said) for said in before)
    own = f"/v1/tracks/{song['id']}"
    match how:
        case "deleted":
            done = await one.ask("DELETE", own, ann)
        case "private":
            done = await one.ask("PATCH", own, ann, {"visibility": "private"})
        case "artist":
            done = await one.ask("DELETE", f"/v1/artists/{of['id']}", ann)
        case "renamed":
            done = await one.ask("PATCH", own, ann, {"title": "Other"})
        case _:
            said = {"visibility": "public"}
            done = await one.ask("PATCH", f"/v1/albums/{album['id']}", ann, said)
    assert done.status in {200, 204}
    if who == "other":
        await other.hears()
    for path in paths[:4] if how == "album" else paths:
        _, content, _ = await reader.said(path)
        if how == "album":
            assert "Private" in str(content), path
        else:
            assert "Song" not in str(content), path


async def test_a_track_is_in_no_album_that_is_gone(one: Process) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    said = {"artist_id": of["id"], "title": "A", "visibility": "public"}
    album = await one.post("/v1/albums", ann, said)
    song = await track(one, ann, of, "Song", album_id=album["id"])
    paths = (f"/v1/tracks/{song['id']}", "/v1/tracks", f"/v1/tracks?artist_id={of['id']}")
    for path in paths:
        assert album["id"] in str((await one.said(path))[1])
    assert (await one.ask("DELETE", f"/v1/albums/{album['id']}", ann)).status == 204
    for path in paths:
        assert album["id"] not in str((await one.said(path))[1])


@pytest.mark.parametrize("who", ["one", "other"])
async def test_what_is_new_is_in_each_list_that_was_kept_without_it(
    one: Process, other: Process, who: str
) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    album = await one.post(
        "/v1/albums", ann, {"artist_id": of["id"], "title": "A", "visibility": "public"}
    )
    reader = one if who == "one" else other
    if who == "other":
        await other.hears()  # until it has heard of artist and album
    paths = (
        "/v1/tracks", "/v1/tracks?genre=jazz", "/v1/tracks?tag=live", "/v1/tracks?order=trending",
        f"/v1/tracks?artist_id={of['id']}", f"/v1/tracks?album_id={album['id']}",
        f"/v1/albums/{album['id']}",
    )  # fmt: skip
    for path in paths:
        assert "Song" not in str((await reader.said(path))[1])
        assert await reader.status(path) == HIT
    await track(one, ann, of, "Song", genre="jazz", tags=["live"], album_id=album["id"])
    await one.post("/v1/albums", ann, {"artist_id": of["id"], "title": "B", "visibility": "public"})
    if who == "other":
        await other.hears()
    for path in paths:
        assert "Song" in str((await reader.said(path))[1]), path
    assert {item["title"] for item in (await reader.get("/v1/albums"))["items"]} == {"A", "B"}


async def test_what_is_similar_is_gone_with_either_track(one: Process) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    song, air = [await track(one, ann, of, title, genre="jazz") for title in ("Song", "Air")]
    path = f"/v1/tracks/{song['id']}/similar"
    assert "Air" in str((await one.said(path))[1])
    assert await one.status(path) == HIT
    await one.ask("PATCH", f"/v1/tracks/{air['id']}", ann, {"visibility": "private"})
    assert "Air" not in str((await one.said(path))[1])
    await one.ask("PATCH", f"/v1/tracks/{song['id']}", ann, {"visibility": "private"})
    assert (await one.said(path))[0] == 404


async def test_a_follower_counts_at_once_on_the_profile(one: Process) -> None:
    ann, ben = await one.user(), await one.user(Role.LISTENER, number=1)
    of = await artist(one, ann)
    path = f"/v1/artists/{of['id']}"
    assert (await one.get(path))["follower_count"] == 0
    assert (await one.ask("PUT", f"/v1/me/follows/{of['id']}", ben)).status == 204
    assert (await one.get(path))["follower_count"] == 1
    song = await track(one, ann, of, "Song")
    await one.status(f"/v1/tracks/{song['id']}")
    assert (await one.ask("DELETE", f"/v1/me/follows/{of['id']}", ben)).status == 204
    assert await one.status(f"/v1/tracks/{song['id']}") == HIT
    assert (await one.get(path))["follower_count"] == 0


async def test_who_was_erased_follows_nobody_on_the_profile(one: Process) -> None:
    ann, ben = await one.user(), await one.user(Role.LISTENER, number=1)
    path = f"/v1/artists/{(await artist(one, ann))['id']}"
    followed = f"/v1/me/follows/{path.rpartition('/')[2]}"
    assert (await one.ask("PUT", followed, ben)).status == 204
    assert (await one.get(path))["follower_count"] == 1
    await CatalogueBelongings().erase(one.database, ben.id)
    await one.hears()
    assert (await one.get(path))["follower_count"] == 0


async def test_a_title_changes_no_list_that_does_not_have_it(one: Process) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    song = await track(one, ann, of, "Song", genre="jazz")
    await track(one, ann, of, "Air", genre="folk")
    await one.status("/v1/tracks?genre=folk")
    await one.status("/v1/tracks?genre=jazz")
    await one.ask("PATCH", f"/v1/tracks/{song['id']}", ann, {"title": "Other"})
    assert await one.status("/v1/tracks?genre=folk") == HIT
    assert await one.status("/v1/tracks?genre=jazz") == READ


async def test_a_profile_and_a_track_are_written_through(one: Process) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    path = f"/v1/artists/{of['id']}"
    await one.status(path)
    await one.ask("PATCH", path, ann, {"name": "Another"})
    async with asyncio.timeout(10):
        while True:
            status, said, found = await one.said(path)
            assert (status, said["name"]) == (200, "Another")
            if found == HIT:
                break


async def test_who_wrote_something_is_told_what_they_wrote(one: Process, other: Process) -> None:
    ann = await one.user()
    of = await artist(one, ann)
    path = f"/v1/artists/{of['id']}"
    for number in range(10):
        await other.status(path)
        await one.ask("PATCH", path, ann, {"name": f"Ann {number}"})
        assert (await other.said(path, ann))[1]["name"] == f"Ann {number}"
