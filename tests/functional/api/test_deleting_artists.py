"""A deleted artist takes along what was theirs: out of sight at once, in batches, once."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy import func, select, update

from origin.companion.catalogue import emptying, events
from origin.companion.catalogue.artists import endpoints
from origin.companion.catalogue.tables import albums, artists, follows, track_tags, tracks
from tests.functional.api.catalogue import artist, titles, track
from tests.functional.api.service import NOW_S, Service

TRACKS = 7


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptying, "BATCH", 2)
    monkeypatch.setattr(emptying, "TRACK_BATCH", 2)


async def full_artist(service: Service) -> tuple[str, list[str]]:
    """Return an artist's id, and the paths of what is theirs."""
    ann = await service.user()
    of, other = await artist(service, ann), await artist(service, ann, "other")
    album = await service.post(
        "/v1/albums", ann, {"artist_id": of["id"], "title": "A", "visibility": "public"}
    )
    paths = [f"/v1/albums/{album['id']}"]
    for number in range(TRACKS):
        made = await track(service, ann, of, f"T{number}", album_id=album["id"], tags=["t"])
        paths.append(f"/v1/tracks/{made['id']}")
    await track(service, ann, other, "Stays", tags=["t"])
    await service.ask("PUT", f"/v1/me/follows/{of['id']}", ann)
    return of["id"], paths


async def left(service: Service, artist_id: str) -> int:
    async with service.database.change() as connection:
        return sum([
            await connection.scalar(
                select(func.count())
                .select_from(table)
                .where(table.c.artist_id == artist_id, condition)
            ) or 0
            for table, condition in (
                (tracks, tracks.c.deleted_s.is_(None)),
                (albums, albums.c.deleted_s.is_(None)),
                (follows, follows.c.user_id.is_not(None)),
            )
        ])  # fmt: skip


async def test_all_is_out_of_sight_before_it_is_deleted(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "_BATCHES_MAX", 1)
    artist_id, paths = await full_artist(service)
    ann = await service.user(number=1)
    async with service.database.change() as connection:
        await connection.execute(update(artists).values(user_id=ann.id))
        for table in (tracks, albums):
            await connection.execute(update(table).values(user_id=ann.id))
    assert (await service.ask("DELETE", f"/v1/artists/{artist_id}", ann)).status == 204
    assert await left(service, artist_id) == TRACKS + 2 - emptying.BATCH
    for by in (None, ann):
        for path in paths:
            await service.get(path, by, 404)
            if by:
                assert (await service.ask("DELETE", path, by)).status == 404
                assert (await service.ask("PATCH", path, by, {"title": "X"})).status == 404
        for path in ("/v1/tracks", "/v1/tracks?tag=t", "/v1/tracks?order=plays"):
            assert await titles(service, path, by) == ["Stays"]
    for path, stays in (("/v1/albums", []), ("/v1/me/albums", []), ("/v1/me/tracks", ["Stays"])):
        assert await titles(service, path, ann) == stays
    new = {"artist_id": artist_id, "title": "New"}
    for path in ("/v1/tracks", "/v1/albums"):
        await service.post(path, ann, new, 422)


async def test_what_was_interrupted_is_gone_on_with_and_told_once(service: Service) -> None:
    artist_id, paths = await full_artist(service)
    async with service.database.change() as connection:
        gone = update(artists).where(artists.c.id == artist_id).values(deleted_s=NOW_S)
        await connection.execute(gone)
    await asyncio.gather(
        *(
            emptying.empty_deleted_artists(
                service.database, service.companion.withdrawal, now_s=NOW_S
            )
            for _ in range(3)
        )
    )
    assert await emptied(service, artist_id)
    assert await left(service, artist_id) == 0
    async with service.database.change() as connection:
        told = await events.since(connection, 0, limit=1_000)
        tags = await connection.scalar(select(func.count()).select_from(track_tags))
    deleted = Counter(event.subject for event in told if event.kind.endswith(".deleted"))
    sounds = {f"asset-t{number}": 1 for number in range(TRACKS)}
    assert deleted == {path.rpartition("/")[2]: 1 for path in paths} | sounds
    assert tags == 1
    assert await titles(service, "/v1/tracks") == ["Stays"]


async def emptied(service: Service, artist_id: str) -> bool:
    async with service.database.change() as connection:
        row = select(artists.c.emptied_s).where(artists.c.id == artist_id)
        return await connection.scalar(row) is not None


async def test_nothing_is_taken_from_an_artist_who_is_there(service: Service) -> None:
    artist_id, _ = await full_artist(service)
    before = await left(service, artist_id)
    await emptying.empty_artist(
        service.database, service.companion.withdrawal, artist_id, now_s=NOW_S
    )
    assert await left(service, artist_id) == before
