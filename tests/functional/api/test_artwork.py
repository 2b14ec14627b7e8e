"""Artwork of a track: looked at by a child, stored under new names, shown in place of the cover."""

import asyncio
import io
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from obstore.store import LocalStore
from PIL import Image
from sqlalchemy import select

from manifests.layout import TrackArtwork
from origin.companion.artwork.collecting import collect
from origin.companion.artwork.endpoints import Artwork
from origin.companion.artwork.lifecycle import GOES_AFTER_S, TO_GO_MAX, begin
from origin.companion.artwork.pictures import SIZE_BYTES_MAX, Pictures
from origin.companion.artwork.tables import artworks
from origin.companion.catalogue.tables import events
from origin.companion.media import Media
from packager.queue.inserting import insert_into
from packager.sandbox.picture import PictureReader
from tests.functional.api.catalogue import Item, artist, track
from tests.functional.api.packaging import Packaging
from tests.functional.api.played import number, song
from tests.functional.api.service import NOW_S, Service, User, over_sqlite_alone
from tests.sources.pictures import picture, png_header, saved

pytestmark = pytest.mark.long_if("postgresql")

JPEG = saved(picture(1500, 1000))
LATER_S = 4e9


async def put(
    service: Service,
    one: Item,
    by: User | None,
    content: bytes = JPEG,
    *,
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> Any:
    """Send a picture; return the answer."""
    shown = {"Content-Type": "image/jpeg", **({} if by is None else by.headers), **(headers or {})}
    path = f"/v1/tracks/{one['id']}/artwork"
    response = await service.client.put(path, data=io.BytesIO(content), headers=shown)
    assert response.status == status, await response.text()
    return await response.json()


def stored(service: Service) -> set[str]:
    return {each["path"] for page in service.store.list("artwork") for each in page}


async def collected(service: Service, now_s: float = LATER_S) -> None:
    while await collect(service.database, Media(service.store), now_s=now_s):
        pass


async def test_a_picture_is_shown_in_sizes_wherever_its_track_is(service: Service) -> None:
    ann, one = await song(service)
    assert (one["artwork"], one["placeholder"], one["has_own_artwork"]) == ([], None, False)
    changed = await put(service, one, ann)
    sizes = [(each["width_px"], each["height_px"]) for each in changed["artwork"]]
    assert sizes == [(96, 64), (320, 213), (1200, 800)]
    assert len(changed["placeholder"]) == 36
    assert changed["has_own_artwork"]
    page = await service.get("/v1/tracks")
    found = await service.get("/v1/search?q=song")
    for shown in (await service.get(f"/v1/tracks/{one['id']}"), page["items"][0]):
        assert shown["artwork"] == changed["artwork"]
    for hit in found["items"]:
        assert hit["artwork"] == (changed["artwork"] if hit["kind"] == "track" else [])
    for each in changed["artwork"]:
        response = await service.client.get(f"/{each['url']}")
        content = await response.read()
        assert response.status == 200
        assert response.headers["Content-Type"] == each["media_type"] == "image/jpeg"
        assert "immutable" in response.headers["Cache-Control"]
        assert response.headers["Cache-Tag"] == f"class-artwork,track-{one['id']}"
        assert Image.open(io.BytesIO(content)).size == (each["width_px"], each["height_px"])
        again = {"If-None-Match": response.headers["ETag"]}
        assert (await service.client.get(f"/{each['url']}", headers=again)).status == 304


async def test_events_tell_of_it_and_if_match_is_heard(service: Service) -> None:
    ann, one = await song(service)
    response = await service.ask("GET", f"/v1/tracks/{one['id']}", ann)
    seen = {"If-Match": response.headers["ETag"]}
    await put(service, one, ann, headers=seen)
    refused = await put(service, one, ann, headers=seen, status=412)
    assert refused["code"] == "precondition_failed"
    path = f"/v1/tracks/{one['id']}/artwork"
    assert (await service.ask("DELETE", path, ann, headers=seen)).status == 412
    assert (await service.ask("DELETE", path, ann)).status == 204
    assert (await service.ask("DELETE", path, ann)).status == 204
    async with service.database.look_now() as connection:
        told = select(events.c.content).where(events.c.kind == "track.changed")
        found = list(await connection.scalars(told))
    assert len(found) == 2
    assert all('"fields":["artwork"]' in each for each in found)
    assert (await service.get(f"/v1/tracks/{one['id']}"))["artwork"] == []


async def test_what_is_replaced_goes_a_while_later(service: Service) -> None:
    ann, one = await song(service)
    first = {each["url"] for each in (await put(service, one, ann))["artwork"]}
    assert stored(service) == first
    second = {each["url"] for each in (await put(service, one, ann))["artwork"]}
    assert first.isdisjoint(second)
    await collected(service, 0)
    assert stored(service) == first | second
    await collected(service)
    assert stored(service) == second
    assert await number(service, artworks) == 1
    await service.ask("DELETE", f"/v1/tracks/{one['id']}", ann)
    await collected(service)
    assert stored(service) == set()
    assert await number(service, artworks) == 0


async def test_what_a_killed_process_has_stored_for_nobody_goes(service: Service) -> None:
    ann, one = await song(service)
    shown = {each["url"] for each in (await put(service, one, ann))["artwork"]}
    async with service.database.change() as connection:
        await begin(connection, "lost", one["id"], ann.id, now_s=NOW_S)
    lost = TrackArtwork(one["id"], "lost").key(96, "0" * 64)
    service.store.put(lost, JPEG)
    await collected(service, NOW_S)
    assert stored(service) == shown | {lost}
    await collected(service, NOW_S + GOES_AFTER_S)
    assert stored(service) == shown
    assert await number(service, artworks) == 1


async def test_the_artwork_of_an_artist_who_is_deleted_goes_too(service: Service) -> None:
    ann, one = await song(service)
    await put(service, one, ann)
    await service.ask("DELETE", f"/v1/artists/{one['artist']['id']}", ann)
    await put(service, one, ann, status=404)
    await collected(service)
    assert stored(service) == set()


async def test_nobody_else_may(service: Service) -> None:
    ann, one = await song(service)
    ben = await service.user(number=77)
    await put(service, one, None, status=401)
    await put(service, one, ben, status=403)
    hidden = await track(
        service, ann, await artist(service, ann, "bee"), "Hidden", visibility="private"
    )
    await put(service, hidden, ben, status=404)
    assert (await service.ask("DELETE", f"/v1/tracks/{one['id']}/artwork", ben)).status == 403
    assert stored(service) == set()


@over_sqlite_alone
@pytest.mark.parametrize(
    ("content", "type_", "status", "said"),
    [
        (b"", "image/png", 422, "no JPEG, PNG or WebP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png", 422, "no JPEG, PNG or WebP"),
        (saved(picture(64, 64), "GIF"), "image/png", 422, "no JPEG, PNG or WebP"),
        (png_header(60_000, 60_000), "image/png", 422, "40 million pixels"),
        (saved(picture(3_000, 10)), "image/jpeg", 422, "strip"),
        (JPEG[:3_000], "image/jpeg", 422, "damaged"),
        (JPEG, "image/svg+xml", 415, "image/webp"),
        (JPEG, "application/json", 415, "image/webp"),
        (JPEG + bytes(SIZE_BYTES_MAX), "image/jpeg", 413, "20 MB"),
    ],
)
async def test_what_is_no_picture_is_refused(
    service: Service, content: bytes, type_: str, status: int, said: str
) -> None:
    ann, one = await song(service)
    answer = await put(service, one, ann, content, headers={"Content-Type": type_}, status=status)
    assert said in answer["detail"]
    assert (await service.get(f"/v1/tracks/{one['id']}"))["artwork"] == []
    assert await number(service, artworks) == 0


@over_sqlite_alone
@pytest.mark.parametrize(("form", "type_"), [("PNG", "image/webp"), ("WEBP", ""), ("JPEG", "")])
async def test_its_content_decides_and_not_what_it_is_called(
    service: Service, form: str, type_: str
) -> None:
    ann, one = await song(service)
    called = {"Content-Type": type_ or "application/octet-stream"}
    answer = await put(service, one, ann, saved(picture(90, 90), form), headers=called)
    assert [each["width_px"] for each in answer["artwork"]] == [90, 90, 90]


@over_sqlite_alone
async def test_a_body_without_a_length_ends_where_it_is_too_large(service: Service) -> None:
    ann, one = await song(service)

    async def endless() -> Any:
        yield JPEG
        for _ in range(SIZE_BYTES_MAX // 2**20):
            yield bytes(2**20)

    path = f"/v1/tracks/{one['id']}/artwork"
    headers = {**ann.headers, "Content-Type": "image/jpeg"}
    response = await service.client.put(path, data=endless(), headers=headers)
    assert response.status == 413


async def test_so_many_replaced_ones_are_enough(service: Service) -> None:
    ann, one = await song(service)
    rows = [
        {
            "id": f"old-{each}",
            "track_id": one["id"],
            "user_id": ann.id,
            "made_s": 0,
            "due_s": LATER_S,
        }
        for each in range(TO_GO_MAX)
    ]
    async with service.database.change() as connection:
        await connection.execute(insert_into(connection, artworks), rows)
    answer = await put(service, one, ann, status=403)
    assert answer["code"] == "quota_exceeded"


async def test_what_could_not_be_stored_is_no_deed(service: Service, tmp_path: Path) -> None:
    ann, one = await song(service)
    (tmp_path / "artwork").write_text("in the way")
    endpoints = _endpoints(service)
    media, broken = Media(service.store), Media(LocalStore(str(tmp_path)))
    endpoints._media = broken  # noqa: SLF001 where they are stored, and nothing else
    assert (await put(service, one, ann, status=503))["code"] == "store_unavailable"
    assert await _deeds(service, ann) == []
    endpoints._media = media  # noqa: SLF001
    await put(service, one, ann)
    assert await _deeds(service, ann) == [one["id"]]


@over_sqlite_alone
async def test_a_picture_that_breaks_its_reader_is_the_senders_and_few_may_wait(
    service: Service,
) -> None:
    ann, one = await song(service)
    breaks = Pictures(partial(PictureReader, ("-c", "import os; os.abort()")))
    _replace_pictures(service, breaks)
    assert (await put(service, one, ann, status=422))["code"] == "picture_unusable"
    _replace_pictures(
        service, Pictures(partial(PictureReader, ("-c", "import time; time.sleep(99)")))
    )
    sent = [asyncio.create_task(put(service, one, ann, status=429)) for _ in range(3)]
    done, waiting = await asyncio.wait(sent, return_when=asyncio.FIRST_COMPLETED)
    assert [(await each)["code"] for each in done] == ["too_many_requests"]
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_the_cover_of_its_sound_is_shown_until_there_is_artwork(service: Service) -> None:
    packaging = Packaging(service)
    ann = await service.user()
    of = await artist(service, ann)
    asset_id = await packaging.package(ann)
    made = await service.post(
        "/v1/tracks", ann, {"artist_id": of["id"], "title": "Song", "asset_id": asset_id}
    )
    assert [each["url"].rpartition("/")[0] for each in made["artwork"]] == [f"media/{asset_id}/r1"]
    assert made["placeholder"]
    assert not made["has_own_artwork"]
    own = await put(service, made, ann)
    assert len(own["artwork"]) == 3
    assert own["has_own_artwork"]
    await service.ask("DELETE", f"/v1/tracks/{made['id']}/artwork", ann)
    assert (await service.get(f"/v1/tracks/{made['id']}", ann))["artwork"] == made["artwork"]


async def test_a_track_that_is_there_before_its_sound_gets_the_cover_with_it(
    service: Service,
) -> None:
    packaging = Packaging(service)
    ann = await service.user()
    of = await artist(service, ann)
    asset_id = await packaging.queue(ann)
    made = await service.post(
        "/v1/tracks", ann, {"artist_id": of["id"], "title": "Song", "asset_id": asset_id}
    )
    assert made["artwork"] == []
    await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    shown = await service.get(f"/v1/tracks/{made['id']}", ann)
    assert [each["url"].partition("artwork-")[0] for each in shown["artwork"]] == [
        f"media/{asset_id}/r1/"
    ]


async def test_pictures_that_are_not_there_or_not_what_they_are_called(service: Service) -> None:
    digest = "0" * 64
    for name in ("x", "96.jpg", f"96-{digest}.png", f"096-{digest}.jpg", f"96-{digest}.jpg"):
        assert (await service.client.get(f"/artwork/track/one/{name}")).status == 404
    service.store.put(f"artwork/track/two/96-{digest}.jpg", JPEG)
    response = await service.client.get(f"/artwork/track/two/96-{digest}.jpg")
    assert (await response.json())["code"] == "broken_object"


def _replace_pictures(service: Service, pictures: Pictures) -> None:
    """Let pictures be looked at by something else."""
    _endpoints(service)._pictures = pictures  # noqa: SLF001 what looks at them, and nothing else


def _endpoints(service: Service) -> Artwork:
    (put_,) = (each for each in service.companion.endpoints if each.name == "putTrackArtwork")
    endpoints = put_.handle.__self__  # type: ignore[attr-defined]
    assert isinstance(endpoints, Artwork)
    return endpoints


async def _deeds(service: Service, by: User) -> list[str]:
    """Return which tracks somebody has put artwork to, as they are told."""
    deeds = (await service.get("/v1/me/audit", by))["items"]
    return [each["object"] for each in deeds if each["action"] == "putTrackArtwork"]
