"""Lists of tracks: who is in which, in which order, and how they go on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from origin.companion.api import cursor
from origin.companion.assets.retrying import retry_job
from origin.companion.catalogue import listing
from origin.companion.catalogue.tables import track_tags, tracks
from packager.errors import CorruptSource
from packager.queue import assets, lease
from tests.functional.api.catalogue import artist, asset, titles, track, withdraw
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import Service, over_sqlite_alone

pytestmark = pytest.mark.long_if("postgresql")

DAYS_AGO = {"A": 0, "B": 3, "C": 40, "D": 100, "E": 400}
PLAYS = {"A": 5, "B": 7, "C": 7, "D": 90, "E": 3}


async def played(service: Service) -> dict[str, Any]:
    """Make tracks of several ages and numbers of plays."""
    ann = await service.user()
    of = await artist(service, ann)
    now_s = datetime.now(UTC).timestamp()
    for title, days in DAYS_AGO.items():
        genre = "rock" if title in "ABD" else None
        made = await track(service, ann, of, title, genre=genre, tags=["live"])
        since_s = now_s - days * listing.DAY_S
        values = {**listing.columns(since_s), "play_count": PLAYS[title]}
        async with service.database.change() as connection:
            await connection.execute(update(tracks).where(tracks.c.id == made["id"]).values(values))
            await connection.execute(
                update(track_tags)
                .where(track_tags.c.track_id == made["id"])
                .values(listed_s=since_s)
            )
    return of


def day(days_ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days_ago)).date().isoformat()


async def test_public_lists_are_in_their_order_page_by_page(service: Service) -> None:
    of = (await played(service))["id"]
    by_id = {item["title"]: item["id"] for item in (await service.get("/v1/tracks"))["items"]}
    alike = sorted("BC", key=by_id.__getitem__, reverse=True)
    expected = {
        "": "ABCDE",
        "&order=newest": "ABCDE",
        f"&since={day(50)}": "ABC",
        "&genre=Rock": "ABD",
        "&genre=polka": "",
        f"&genre=rock&since={day(50)}": "AB",
        f"&artist_id={of}": "ABCDE",
        "&tag=LIVE": "ABCDE",
        f"&tag=live&since={day(50)}": "ABC",
        "&tag=dead": "",
        "&artist_id=nobody": "",
        "&order=plays": ["D", *alike, "A", "E"],
        "&order=plays&since=1970-01-01": ["D", *alike, "A", "E"],
        "&order=plays&genre=rock": "DBA",
        f"&order=plays&artist_id={of}": ["D", *alike, "A", "E"],
        f"&order=plays&since={day(0)}": "A",
        f"&order=plays&since={day(3)}": "BA",
        f"&order=plays&since={day(39)}": "BA",
        f"&order=plays&since={day(100)}": ["D", *alike, "A"],
        f"&order=plays&since={day(401)}": ["D", *alike, "A", "E"],
        f"&order=plays&since={day(-9)}": "",
        f"&order=plays&genre=rock&since={day(50)}": "BA",
    }
    for query, order in expected.items():
        for limit in (1, 2, 20):
            assert await titles(service, f"/v1/tracks?limit={limit}{query}") == [*order], query


async def test_who_is_in_no_public_list(service: Service) -> None:
    ann, bob = await service.user(), await service.user(number=1)
    of = await artist(service, ann)
    for title, visibility in (("P", "public"), ("U", "unlisted"), ("V", "private")):
        await track(service, ann, of, title, visibility=visibility, genre="g", tags=["t"])
    await track(service, ann, of, "Draft", plays=False, genre="g", tags=["t"])
    await track(service, ann, of, "W", genre="g", tags=["t"])
    await withdraw(service, "asset-w")
    today = day(0)
    queries = (
        "", "?order=plays", "?genre=g", "?genre=g&order=plays", "?tag=t",
        f"?artist_id={of['id']}", f"?artist_id={of['id']}&order=plays",
        f"?since={today}&order=plays", f"?genre=g&since={today}&order=plays",
    )  # fmt: skip
    for query in queries:
        for by in (None, bob, ann):
            assert await titles(service, f"/v1/tracks{query}", by) == ["P"]
    assert await titles(service, "/v1/me/tracks?limit=2", ann) == ["W", "Draft", "V", "U", "P"]
    mine = f"/v1/me/tracks?artist_id={of['id']}"
    assert await titles(service, mine, ann) == ["W", "Draft", "V", "U", "P"]
    assert await titles(service, "/v1/me/tracks", bob) == []
    assert await titles(service, mine, bob) == []
    await service.get("/v1/me/tracks", status=401)


async def test_what_is_hidden_in_numbers_makes_pages_short_and_is_no_end(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    await track(service, ann, of, "Last")
    for number in range(50):
        await track(service, ann, of, f"H{number}")
        await withdraw(service, f"asset-h{number}")
    page = await service.get("/v1/tracks?limit=1")
    assert page["items"] == []
    assert page["next"] is not None
    assert await titles(service, "/v1/tracks?limit=1") == ["Last"]


async def test_a_track_is_listed_since_it_was_public_first(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    early = await track(service, ann, of, "Early", visibility="private")
    await track(service, ann, of, "Late")
    path = f"/v1/tracks/{early['id']}"
    assert early["published_at"] is None
    for visibility, listed in (
        ("public", ["Early", "Late"]),
        ("unlisted", ["Late"]),
        ("public", ["Early", "Late"]),
    ):
        assert (await service.ask("PATCH", path, ann, {"visibility": visibility})).status == 200
        assert await titles(service, "/v1/tracks") == listed
    first = (await service.get(path))["published_at"]
    await track(service, ann, of, "Later")
    for visibility in ("private", "public"):
        await service.ask("PATCH", path, ann, {"visibility": visibility})
    assert await titles(service, "/v1/tracks") == ["Later", "Early", "Late"]
    assert (await service.get(path))["published_at"] == first


async def test_what_plays_nothing_yet_takes_no_place(service: Service) -> None:
    packaging = Packaging(service)
    ann = await service.user()
    of = await artist(service, ann)
    heard = await track(service, ann, of, "Heard", tags=["t"])
    song = await packaging.queue(ann)
    sounds = [song] + [await asset(service, ann, f"silent-{n}", plays=False) for n in range(3)]
    for number, name in enumerate(sounds):
        await track(service, ann, of, f"S{number}", plays=False, asset_id=name, tags=["t"])
    await packaging.watch.tell_news()
    lists = ("/v1/tracks?", "/v1/tracks?tag=t&", "/v1/tracks?order=plays&")
    for path in lists:
        assert await places(service, path) == [("Heard", heard["published_at"])]
    await packaging.succeed(await packaging.claim())
    packaging.now_s += 60
    await packaging.watch.tell_news()
    for path in lists:
        listed = dict(await places(service, path))
        assert sorted(listed) == ["Heard", "S0"]
        assert listed["S0"] > listed["Heard"]
    assert await titles(service, "/v1/tracks") == ["S0", "Heard"]


async def places(service: Service, path: str) -> list[tuple[str, str]]:
    """Return what an index has, since when it is there for all."""
    page = await service.get(f"{path}limit=100")
    async with service.database.look(None) as connection:
        there = select(func.count()).where(tracks.c.listed_s.is_not(None))
        assert await connection.scalar(there) == len(page["items"])
    return [(each["title"], each["published_at"]) for each in page["items"]]


async def test_what_plays_no_more_is_listed_where_it_was_once_it_does(service: Service) -> None:
    packaging = Packaging(service)
    ann = await service.user()
    of = await artist(service, ann)
    song = await packaging.queue(ann)
    await track(service, ann, of, "Song", plays=False, asset_id=song)
    held = await packaging.claim()
    await packaging.announce(held)
    await packaging.watch.tell_news()
    ((_, since),) = await places(service, "/v1/tracks?")
    async with service.database.change() as connection:
        await lease.confirm(connection, held)
        await assets.withdraw(connection, held, song, now_s=packaging.now_s)
    await packaging.fail(held, CorruptSource("It breaks off."))
    await packaging.watch.tell_news()
    assert await places(service, "/v1/tracks?") == []
    async with service.database.change() as connection:
        assert await retry_job(connection, "song-job", now_s=packaging.now_s)
    await packaging.succeed(await packaging.claim())
    packaging.now_s += 60
    await packaging.watch.tell_news()
    assert await places(service, "/v1/tracks?") == [("Song", since)]


@over_sqlite_alone
@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("artist_id=a&genre=b", "genre"),
        ("artist_id=a&album_id=b", "album_id"),
        ("tag=a&genre=b", "genre"),
        ("tag=a&order=plays", "order"),
        ("album_id=a&order=newest", "order"),
        ("album_id=a&since=2026-01-01", "since"),
        ("artist_id=a&since=2026-01-01&order=plays", "since"),
        ("order=random", "order"),
        ("since=yesterday", "since"),
        ("since=1234567890", "since"),
        ("since=2026-02-30", "since"),
        ("genre=%00", "genre"),
        ("genre=", "genre"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=1&limit=2", "limit"),
        ("sort=title", "sort"),
        ("cursor=", "cursor"),
        ("cursor=a+b", "cursor"),
    ],
)
async def test_what_cannot_be_asked(service: Service, query: str, parameter: str) -> None:
    problem = await service.get(f"/v1/tracks?{query}", status=400)
    assert [error["parameter"] for error in problem["errors"]] == [parameter]


@pytest.mark.parametrize(
    "query",
    [
        "cursor=" + cursor.write((2**31 - 1, "a")) + "&album_id=" + "a" * 20,
        "cursor=" + cursor.write((2**63 - 1, "a")) + "&order=plays&artist_id=" + "a" * 20,
        "cursor=" + cursor.write((1e308, "a")),
        "cursor=" + cursor.write((1e308, "a")) + "&order=trending",
    ],
)
async def test_a_cursor_at_the_end_of_what_a_column_holds_leads_to_an_empty_page(
    service: Service, query: str
) -> None:
    assert (await service.get(f"/v1/tracks?{query}"))["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        "cursor=nonsense",
        "cursor=" + cursor.write((1.5, "a")) + "&order=plays",
        "cursor=" + cursor.write(("a", 1)),
        "cursor=" + cursor.write((1, "a\ud800")),
        "cursor=" + cursor.write((2**63, "a")) + "&order=plays",
        "cursor=" + cursor.write((2**31, "a")) + "&album_id=" + "a" * 20,
        "cursor=" + cursor.write((-(2**31) - 1, "a")) + "&album_id=" + "a" * 20,
    ],
)
async def test_a_cursor_that_leads_nowhere(service: Service, query: str) -> None:
    problem = await service.get(f"/v1/tracks?{query}", status=404)
    assert problem["code"] == "cursor_unknown"
    assert [error["parameter"] for error in problem["errors"]] == ["cursor"]


@over_sqlite_alone
@pytest.mark.parametrize("since", ["0001-01-01", "9999-12-31", "2025-01-02"])
async def test_dates_at_the_ends_of_time(service: Service, since: str) -> None:
    for query in ("", "&order=plays", "&order=plays&genre=x", "&tag=x"):
        assert await titles(service, f"/v1/tracks?since={since}{query}") == []
