"""Albums that are changed while others change, or play, their tracks: over rows that are held."""

import asyncio

import pytest
from sqlalchemy import select, update

from origin.companion.catalogue.belongings import CatalogueBelongings
from origin.companion.catalogue.tables import tracks
from tests.functional.api.catalogue import artist, track
from tests.functional.api.service import Service
from tests.functional.api.test_albums import album, order
from tests.functional.api.test_database_faults import over_postgresql_alone, until_waiting


@over_postgresql_alone
async def test_an_order_is_not_given_to_a_track_that_has_just_left(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    one, other = [await album(service, ann, of) for _ in range(2)]
    for title in "YZ":
        await track(service, ann, of, title, album_id=other["id"])
    a, b = [await track(service, ann, of, title, album_id=one["id"]) for title in "AB"]
    order_of = {"track_ids": [b["id"], a["id"]]}
    leaving = update(tracks).where(tracks.c.id == b["id"])
    async with service.database.change() as connection:
        there = leaving.values(album_id=other["id"], album_position=2)
        await connection.execute(there)
        asked = asyncio.create_task(service.ask("PATCH", f"/v1/albums/{one['id']}", ann, order_of))
        await until_waiting(service, 1)
    assert ((await asked).status, (await (await asked).json())["code"]) == (409, "tracks_differ")
    assert (await order(service, one), await order(service, other)) == (["A"], ["Y", "Z", "B"])


@over_postgresql_alone
@pytest.mark.parametrize(("method", "is_up"), [("PATCH", True), ("DELETE", False)])
async def test_who_changes_an_album_and_plays_do_not_wait_for_each_other(
    service: Service, method: str, *, is_up: bool
) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    one = await album(service, ann, of)
    made = [(await track(service, ann, of, title))["id"] for title in "AB"]
    first, last = sorted(made, reverse=not is_up)
    for each in (first, last):
        into = {"album_id": one["id"]}
        assert (await service.ask("PATCH", f"/v1/tracks/{each}", ann, into)).status == 200
    said = {"track_ids": [last, first]} if method == "PATCH" else None
    asked = None
    async with service.database.change() as connection:
        for track_id in sorted(made):  # as plays are written
            held = select(tracks.c.id).where(tracks.c.id == track_id).with_for_update()
            await connection.execute(held)
            if asked is None:
                path = f"/v1/albums/{one['id']}"
                asked = asyncio.create_task(service.ask(method, path, ann, said))
                await until_waiting(service, 1)
    assert asked is not None
    assert (await asked).ok, await asked


@over_postgresql_alone
async def test_who_erases_a_user_and_plays_do_not_wait_for_each_other(service: Service) -> None:
    ann = await service.user()
    of = await artist(service, ann)
    made = [(await track(service, ann, of, "0"))["id"]]
    while made[-1] >= made[0]:  # in another order than their ids'
        made.append((await track(service, ann, of, str(len(made))))["id"])
    erasing = None
    async with service.database.change() as connection:
        for track_id in (made[-1], made[0]):  # as plays are written
            held = select(tracks.c.id).where(tracks.c.id == track_id).with_for_update()
            await connection.execute(held)
            if erasing is None:
                erased = CatalogueBelongings().erase(service.database, ann.id)
                erasing = asyncio.create_task(erased)
                await until_waiting(service, 1)
    assert erasing is not None
    await erasing
