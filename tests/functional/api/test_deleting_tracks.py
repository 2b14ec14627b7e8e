"""A deleted track takes its sound along, unless that is kept."""

import asyncio

import pytest

from manifests.layout import entry_key
from origin.companion.assets.collecting import AFTER_S
from origin.companion.catalogue import events
from origin.companion.identity.principal import Scope
from tests.functional.api.catalogue import artist
from tests.functional.api.collecting import collect
from tests.functional.api.packaging import Packaging
from tests.functional.api.service import Service, User


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


async def playing(packaging: Packaging, by: User) -> str:
    """Make a track that plays as `song`, and return its path."""
    asset_id = await packaging.package(by)
    of = await artist(packaging.service, by)
    draft = {"artist_id": of["id"], "title": "A", "asset_id": asset_id, "visibility": "public"}
    return f"/v1/tracks/{(await packaging.service.post('/v1/tracks', by, draft))['id']}"


def objects(service: Service, prefix: str) -> list[str]:
    return [found["path"] for page in service.store.list(prefix) for found in page]


async def status(service: Service, path: str) -> int:
    return (await service.ask("GET", path)).status


async def test_its_sound_plays_no_more_at_once_and_is_collected(packaging: Packaging) -> None:
    service, ann = packaging.service, await packaging.service.user()
    path = await playing(packaging, ann)
    assert entry_key("song") in objects(service, "entry")
    assert (await service.ask("DELETE", path, ann)).status == 204
    assert await status(service, path) == 404
    assert await status(service, "/song.json") == 404
    assert entry_key("song") not in objects(service, "entry")
    assert (await service.get("/v1/assets", ann))["items"] == []
    packaging.now_s += AFTER_S + 1
    assert await collect(packaging)
    assert not objects(service, "media/song-asset")
    async with service.database.look(None) as connection:
        told = [event.kind for event in await events.since(connection, 0, limit=100)]
    assert told[-3:] == ["track.deleted", "asset.deleted", "objects.removed"]


async def test_its_sound_is_kept_where_that_is_asked_for(packaging: Packaging) -> None:
    service, ann = packaging.service, await packaging.service.user()
    path = await playing(packaging, ann)
    assert (await service.ask("DELETE", f"{path}?keep_asset=true", ann)).status == 204
    assert await status(service, path) == 404
    assert await status(service, "/song.json") == 200
    assert [one["id"] for one in (await service.get("/v1/assets", ann))["items"]] == ["song-asset"]


async def test_a_key_that_is_not_good_for_sounds_takes_none_away(packaging: Packaging) -> None:
    service, ann = packaging.service, await packaging.service.user()
    path = await playing(packaging, ann)
    lesser = await service.post(
        "/v1/me/keys", ann, {"name": "titles", "scopes": [Scope.CATALOGUE]}, 201
    )
    by = User(ann.id, lesser["key"])
    refused = await service.ask("DELETE", path, by)
    assert refused.status == 403
    assert "good for `upload`, or keep_asset" in (await refused.json())["detail"]
    assert entry_key("song") in objects(service, "entry")
    assert (await service.ask("DELETE", f"{path}?keep_asset=true", by)).status == 204


async def test_such_a_key_takes_no_artist_away_who_has_sounds(packaging: Packaging) -> None:
    service, ann = packaging.service, await packaging.service.user()
    track = await service.get(await playing(packaging, ann), ann)
    silent = await artist(service, ann, "silent")
    await service.post("/v1/tracks", ann, {"artist_id": silent["id"], "title": "A draft"})
    lesser = await service.post(
        "/v1/me/keys", ann, {"name": "titles", "scopes": [Scope.CATALOGUE]}, 201
    )
    by = User(ann.id, lesser["key"])
    heard = f"/v1/artists/{track['artist']['id']}"
    refused = await service.ask("DELETE", heard, by)
    assert refused.status == 403
    assert "good for `upload`." in (await refused.json())["detail"]
    assert entry_key("song") in objects(service, "entry")
    assert (await service.ask("DELETE", f"/v1/artists/{silent['id']}", by)).status == 204
    assert (await service.ask("DELETE", heard, ann)).status == 204


async def test_track_and_asset_are_deleted_at_once_by_two(packaging: Packaging) -> None:
    service, ann = packaging.service, await packaging.service.user()
    path = await playing(packaging, ann)
    answers = await asyncio.gather(
        service.ask("DELETE", path, ann),
        service.ask("DELETE", "/v1/assets/song-asset", ann),
        service.ask("DELETE", path, ann),
        service.ask("DELETE", "/v1/assets/song-asset", ann),
    )
    assert {answer.status for answer in answers} <= {204, 404, 409}
    await service.ask("DELETE", path, ann)
    assert await status(service, path) == 404
    assert await status(service, "/song.json") == 404


async def test_an_artists_sounds_go_with_the_artist(packaging: Packaging) -> None:
    service, ann = packaging.service, await packaging.service.user()
    path = await playing(packaging, ann)
    track = await service.get(path, ann)
    assert (await service.ask("DELETE", f"/v1/artists/{track['artist']['id']}", ann)).status == 204
    assert (await service.get("/v1/assets", ann))["items"] == []
    await packaging.follow("song-asset")
    assert await status(service, "/song.json") == 404
