"""Another file for a track whose sound could not be made, or is to be another."""

import pytest

from packager.errors import CorruptSource, EncoderFailed
from packager.queue.policy import ATTEMPTS
from tests.functional.api.packaging import Packaging
from tests.functional.api.sending import SOUND, put, told
from tests.functional.api.service import Service, User


@pytest.fixture
def packaging(service: Service) -> Packaging:
    return Packaging(service)


async def sent(service: Service, by: User) -> dict[str, str]:
    """Return an upload that a track was made for, and all of which came."""
    artist = await service.post("/v1/artists", by, {"name": "A", "handle": "ann"})
    track = {"artist_id": artist["id"], "title": "Song"}
    upload: dict[str, str] = await service.post("/v1/uploads", by, {"track": track})
    await put(service, by, upload, SOUND)
    return upload


async def asset_of_track(service: Service, by: User, upload: dict[str, str]) -> str | None:
    track = await service.get(f"/v1/tracks/{upload['track_id']}", by)
    asset_id: str | None = track["asset_id"]
    return asset_id


async def test_another_file_takes_the_place_of_one_that_could_not_be_packaged(
    packaging: Packaging,
) -> None:
    service = packaging.service
    ann = await service.user()
    first = await sent(service, ann)
    await packaging.fail(await packaging.claim(), CorruptSource("It ends early."))
    draft = {"track_id": first["track_id"]}
    second = await service.post("/v1/uploads", ann, draft)
    late = await service.post("/v1/uploads", ann, draft)
    assert await asset_of_track(service, ann, first) == first["asset_id"], (
        "until all of it is there"
    )
    await put(service, ann, second, SOUND[:1_000])
    assert await asset_of_track(service, ann, first) == second["asset_id"]
    await put(service, ann, late, SOUND[:2_000])
    assert await asset_of_track(service, ann, first) == second["asset_id"], "it may yet play"
    assert await told(service, "track.changed") == [first["track_id"]] * 2
    failed = await service.get(f"/v1/assets/{first['asset_id']}", ann)
    assert (failed["state"], failed["track_id"]) == ("errored", None)
    await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    track = await service.get(f"/v1/tracks/{first['track_id']}", ann)
    assert track["playback_id"] == second["playback_id"]


async def test_what_is_tried_again_meanwhile_keeps_its_track(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    first = await sent(service, ann)
    for _ in range(ATTEMPTS):
        await packaging.fail(await packaging.claim(), EncoderFailed("It gave up."))
        packaging.now_s += 3600
    second = await service.post("/v1/uploads", ann, {"track_id": first["track_id"]})
    await service.post(f"/v1/assets/{first['asset_id']}/retry", ann, None, 202)
    await put(service, ann, second, SOUND[:1_000])
    assert await asset_of_track(service, ann, first) == first["asset_id"]


async def test_what_plays_is_replaced_by_who_says_so(packaging: Packaging) -> None:
    service = packaging.service
    ann = await service.user()
    first = await sent(service, ann)
    await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    draft = {"track_id": first["track_id"]}
    problem = await service.post("/v1/uploads", ann, draft, 409)
    assert problem["code"] == "track_has_asset"
    assert "PATCH the track with `asset_id` null" in problem["detail"]
    asset_id = first["asset_id"]
    await service.post(f"/v1/assets/{asset_id}/repackage", ann, None, 202)
    await packaging.fail(await packaging.claim(), CorruptSource("It is another file by now."))
    await packaging.watch.tell_news()
    await service.post("/v1/uploads", ann, draft, 409)
    path = f"/v1/tracks/{first['track_id']}"
    answer = await service.ask("PATCH", path, ann, json={"asset_id": None})
    assert answer.status == 200
    second = await service.post("/v1/uploads", ann, draft)
    await put(service, ann, second, SOUND[:1_000])
    assert await asset_of_track(service, ann, first) == second["asset_id"]
