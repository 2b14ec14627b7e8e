"""Similar tracks: by who hears them and what is said of them, of what is public and plays."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import select, update

from origin.companion.database import Database
from origin.companion.plays.tables import play_marks
from origin.companion.similar import rows
from origin.companion.similar.keeping import Keeper
from origin.companion.similar.pairing import MARKS_AT_ONCE
from origin.companion.similar.pairs import TRACKS_MAX, weight_of
from origin.companion.similar.tables import heard_together, similar_tracks
from packager.queue.inserting import insert_into
from tests.functional.api.catalogue import Item, artist, track, withdraw
from tests.functional.api.played import NOON_S, TODAY, Player, number, player
from tests.functional.api.service import Service, User

pytestmark = pytest.mark.long_if("postgresql")


@pytest.fixture
async def here(service: Service) -> AsyncIterator[Player]:
    async with player(service) as made:
        yield made


def keeper(database: Database, now_s: float = NOON_S) -> Keeper:
    return Keeper(database, "here", lambda: now_s)


async def similar(service: Service, one: Item, by: User | None = None, query: str = "") -> str:
    """Return the titles, in order."""
    found = await service.get(f"/v1/tracks/{one['id']}/similar{query}", by)
    return " ".join(item["title"] for item in found["items"])


async def heard(service: Service, listener: str, *tracks: Item, day: int = TODAY) -> None:
    """Let a listener have heard tracks on a day, as the plays that count leave it."""
    marks = [
        {"day": day, "ticket": f"{listener}-{each['id']}"[:32], "listener": listener,
         "track_id": each["id"]}
        for each in tracks
    ]  # fmt: skip
    async with service.database.change() as connection:
        await connection.execute(insert_into(connection, play_marks), marks)


async def songs(service: Service, by: User, *names: str, **said: Any) -> list[Item]:
    """Make tracks of an artist each, which have nothing in common."""
    made = []
    for name in names:
        one = await artist(service, by, name.lower())
        made.append(await track(service, by, one, name, **said))
    return made


async def test_what_the_same_people_hear_is_similar(service: Service, here: Player) -> None:
    ann = await service.user()
    one, two, three, _ = await songs(service, ann, "One", "Two", "Three", "Four")
    for agent in ("ann's", "ben's", "cid's"):
        for each in (one, two, *([three] if agent != "cid's" else [])):
            assert await here.hear(each["id"], agent=agent) == ["counted"]
    await here.write()
    await keeper(service.database, here.now_s).round()
    assert await similar(service, one) == "Two Three"
    as_close = sorted((one, two), key=lambda each: str(each["id"]))
    assert await similar(service, three) == " ".join(each["title"] for each in as_close)
    assert await number(service, play_marks, play_marks.c.paired_s.is_(None)) == 0


async def test_what_one_listener_hears_is_theirs(service: Service) -> None:
    one, two = await songs(service, await service.user(), "One", "Two")
    await heard(service, "ann", one, two)
    await keeper(service.database).round()
    assert await number(service, heard_together) == 4
    assert await similar(service, one) == ""
    await heard(service, "ben", one, two)
    await keeper(service.database, NOON_S + rows.REST_S).round()
    assert await similar(service, one) == "Two"


async def test_a_listeners_day_makes_so_many_pairs_in_whatever_rounds_it_comes(
    service: Service,
) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    tracks = [await track(service, ann, of, f"T{each}") for each in range(TRACKS_MAX + 5)]
    keeping = keeper(service.database)
    await heard(service, "ann", *tracks[:20])
    assert not await keeping.pair()
    await heard(service, "ann", *tracks[20:])
    again = [{"day": TODAY, "ticket": f"again-{each}", "listener": "ann",
              "track_id": tracks[0]["id"]} for each in range(MARKS_AT_ONCE)]  # fmt: skip
    async with service.database.change() as connection:
        await connection.execute(insert_into(connection, play_marks), again)
    assert await keeping.pair()
    assert not await keeping.pair()
    assert await number(service, heard_together) == TRACKS_MAX**2
    async with service.database.look_now() as connection:
        weights = list(await connection.scalars(select(heard_together.c.weight).distinct()))
    assert len(weights) == 1


async def test_a_new_track_is_like_what_the_same_is_said_of(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    await track(service, ann, of, "Sibling")
    await songs(service, ann, "Twin", genre="folk", tags=["sea"])
    await songs(service, ann, "Cousin", genre="folk")
    await songs(service, ann, "Tagged", tags=["sea", "sky"])
    await songs(service, ann, "Stranger", genre="rock", tags=["sky"])
    new = await track(service, ann, of, "New", genre="folk", tags=["sea"])
    assert await similar(service, new) == "Twin Cousin Sibling Tagged"  # before anything is made
    await keeper(service.database).round()
    assert await similar(service, new) == "Twin Cousin Sibling Tagged"
    assert await similar(service, new, query="?limit=1") == "Twin"
    await service.ask("PATCH", f"/v1/tracks/{new['id']}", ann, {"genre": "rock", "tags": []})
    await keeper(service.database, NOON_S + rows.REST_S).round()
    assert await similar(service, new) == "Stranger Sibling"


async def test_only_what_is_public_and_plays_is_shown_at_that_moment(service: Service) -> None:
    ann = await service.user()
    one, two, three, four, five = await songs(
        service, ann, "One", "Two", "Three", "Four", "Five", genre="folk"
    )
    six = await track(service, ann, await artist(service, ann, "six"), "Six", genre="folk")
    await keeper(service.database).round()
    assert len((await similar(service, one)).split()) == 5
    await service.ask("PATCH", f"/v1/tracks/{two['id']}", ann, {"visibility": "unlisted"})
    await service.ask("PATCH", f"/v1/tracks/{three['id']}", ann, {"visibility": "private"})
    await service.ask("DELETE", f"/v1/tracks/{four['id']}", ann)
    await service.ask("DELETE", f"/v1/artists/{six['artist']['id']}", ann)
    await withdraw(service, five["asset_id"])
    assert await similar(service, one) == ""
    assert await similar(service, one, ann) == ""  # one's own, neither
    assert await similar(service, two) == "One"
    await service.get(f"/v1/tracks/{three['id']}/similar", status=404)
    assert await similar(service, three, ann) == "One"
    await service.get(f"/v1/tracks/{four['id']}/similar", ann, status=404)


async def test_unlisted_tracks_are_heard_together_with_others_and_told_by_none(
    service: Service,
) -> None:
    one, two = await songs(service, await service.user(), "One", "Two")
    ann = await service.user(number=9)
    (hidden,) = await songs(service, ann, "Hidden", visibility="unlisted")
    for listener in ("ann", "ben", "cid"):
        await heard(service, listener, one, two, hidden)
    await keeper(service.database).round()
    assert await similar(service, one) == "Two"
    assert len((await similar(service, hidden)).split()) == 2


async def test_what_was_deleted_leaves_nothing(service: Service) -> None:
    ann = await service.user()
    one, two = await songs(service, ann, "One", "Two")
    await heard(service, "ann", one, two)
    await heard(service, "ben", one, two)
    await keeper(service.database).round()
    await service.ask("DELETE", f"/v1/tracks/{one['id']}", ann)
    await keeper(service.database, NOON_S + rows.REST_S).round()
    assert await number(service, similar_tracks) == 1
    assert await number(service, heard_together, heard_together.c.track_id == one["id"]) == 0
    assert await similar(service, two) == ""


async def test_what_was_heard_long_ago_counts_less_and_is_dropped_at_last(
    service: Service,
) -> None:
    one, two, three = await songs(service, await service.user(), "One", "Two", "Three")
    for listener in ("ann", "ben", "cid", "dan"):
        await heard(service, f"old-{listener}", one, two, day=TODAY - 60)
    for listener in ("eve", "fay"):
        await heard(service, listener, one, three)
    await keeper(service.database).round()
    assert await similar(service, one) == "Three"
    half_a_year_s = 190 * 86_400.0
    await keeper(service.database, NOON_S + half_a_year_s).round()
    left = heard_together.c.other_id == two["id"]
    of_one = heard_together.c.track_id == one["id"]
    assert await number(service, heard_together, of_one, left) == 0


async def test_of_a_track_so_many_partners_are_kept(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "PARTNERS_MAX", 2)
    tracks = await songs(service, await service.user(), "One", "Two", "Three", "Four", "Five")
    one = tracks[0]
    for times, other in enumerate(tracks[1:], 2):
        for each in range(times):
            await heard(service, f"{other['title']}-{each}", one, other)
    await keeper(service.database).round()
    assert await similar(service, one) == "Five Four"
    of_one = heard_together.c.track_id == one["id"]
    assert await number(service, heard_together, of_one) == 3


async def test_what_is_due_again_meanwhile_stays_due(service: Service) -> None:
    (one,) = await songs(service, await service.user(), "One")
    await keeper(service.database).round()
    due_s = select(similar_tracks.c.due_s).where(similar_tracks.c.track_id == one["id"])
    async with service.database.look_now() as connection:
        assert await connection.scalar(due_s) == NOON_S + rows.AGAIN_AFTER_S
        before = (await connection.execute(rows.due(NOON_S + 1e9, 1))).one()
    async with service.database.change() as connection:
        await rows.let_be_due(connection, {one["id"]}, now_s=NOON_S + 1)
        await rows.store(connection, before, [], now_s=NOON_S + 2)
        assert await connection.scalar(due_s) == NOON_S + rows.REST_S


async def test_two_who_count_at_once_count_each_mark_once(service: Service) -> None:
    tracks = await songs(service, await service.user(), "One", "Two", "Three")
    for listener in range(40):
        await heard(service, f"listener-{listener}", *tracks)
    ready = [keeper(service.database) for _ in range(4)]
    while any(await asyncio.gather(*(each.pair() for each in ready))):
        pass
    async with service.database.look_now() as connection:
        weights = list(await connection.scalars(select(heard_together.c.weight)))
    assert len(weights) == 9
    assert weights == [pytest.approx(40 * weight_of(TODAY))] * 9


async def test_two_who_keep_count_each_mark_once(service: Service) -> None:
    one, two = await songs(service, await service.user(), "One", "Two")
    await heard(service, "ann", one, two)
    first, second = keeper(service.database), Keeper(service.database, "there", lambda: NOON_S)
    await first.round()
    async with service.database.change() as connection:
        await connection.execute(update(play_marks).values(paired_s=None))
    await second.round()  # which has not the duty
    assert await number(service, play_marks, play_marks.c.paired_s.is_(None)) == 2
