"""Uploads of one file that were not seen to be the same are told once they are packaged."""

import pytest
from sqlalchemy import update

from origin.companion.uploads.tables import uploads
from tests.functional.api.packaging import Packaging
from tests.functional.api.sending import SOUND, put
from tests.functional.api.service import Service
from tests.functional.api.test_tus import make, patch, upload_in


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "the last one first"])
async def test_duplicates_that_nobody_saw_whole_are_told_once_they_are_packaged(
    service: Service, order: tuple[int, int]
) -> None:
    packaging = Packaging(service)
    ann, bob = await service.user(), await service.user(number=1)
    made = []
    for by in (ann, ann, bob):
        path = await make(service, by)
        await patch(service, by, path, 0, SOUND[:1000])
        service.uploads.digests.forget(upload_in(path).rpartition("/")[2])  # as elsewhere
        await patch(service, by, path, 1000, SOUND[1000:])
        made.append(await service.get(upload_in(path), by))
    assert {each["sha256"] for each in made} == {None}
    held = [await packaging.claim() for _ in made]
    by_asset = {each.payload["asset_id"]: each for each in held}
    for number in (*order, 2):
        await packaging.succeed(by_asset[made[number]["asset_id"]])
        await packaging.watch.tell_news()
    first, second = [await service.get(f"/v1/uploads/{each['id']}", ann) for each in made[:2]]
    assert first["sha256"] == second["sha256"] == packaging.made(held[0]).index.source.sha256
    assert (first["duplicate_of"], second["duplicate_of"]) == (None, first["asset_id"])
    others = await service.get(f"/v1/uploads/{made[2]['id']}", bob)
    assert (others["sha256"], others["duplicate_of"]) == (first["sha256"], None)


async def test_duplicates_that_did_not_see_each_other_are_told_once_they_are_packaged(
    service: Service,
) -> None:
    packaging = Packaging(service)
    ann = await service.user()
    made = [await service.post("/v1/uploads", ann, {}) for _ in range(2)]
    done = [await put(service, ann, each, SOUND) for each in made]
    assert done[1]["duplicate_of"] == made[0]["asset_id"]
    async with service.database.change() as connection:  # as when both were committed at once
        await connection.execute(update(uploads).values(duplicate_of=None))
    for _ in made:
        await packaging.succeed(await packaging.claim())
    await packaging.watch.tell_news()
    first, second = [await service.get(f"/v1/uploads/{each['id']}", ann) for each in made]
    assert (first["duplicate_of"], second["duplicate_of"]) == (None, first["asset_id"])
